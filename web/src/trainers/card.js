/** One of the five: portrait, facts, specialities, popularity, and what one can do. */
import { h } from '../page/dom.js';
import { digits } from '../page/format.js';
import { icon } from '../page/icons.js';
import { factsOf } from './columns.js';
import { statList, tagList } from './details.js';
import { kindOf, portrait } from './portrait.js';
import { reasonsPanel, shortly } from './reasons.js';

/**
 * @typedef {import('./columns.js').Trainer} Trainer
 * @typedef {import('./week.js').Move} Move
 * @typedef {'like'|'dislike'} Opinion
 * @typedef {{goal: string|null, most: number, open: (card: TrainerCard, play: boolean) => void,
 *   judge: (card: TrainerCard, opinion: Opinion) => void}} Context `most`: the greatest popularity in the list
 */

const OPINIONS = /** @type {const} */ ([
  { opinion: 'like', text: 'Like' },
  { opinion: 'dislike', text: 'Not for me' },
]);

/** @param {number} place */
const ordinal = (place) => `${place}${['th', 'st', 'nd', 'rd'][place % 100 > 10 && place % 100 < 14 ? 0 : place % 10] ?? 'th'}`;

/** Where a trainer comes from. @param {Move} move */
function moveText({ before, now, shown }) {
  if (before === null) return { sign: '＋', text: 'New', kind: 'new', said: 'new in the list' };
  if (!shown) return { sign: '↑', text: `New, from ${ordinal(before)}`, kind: 'new', said: `new in the list, was ${ordinal(before)}` };
  if (before === now) return { sign: '', text: 'Stays', kind: 'same', said: `stays ${ordinal(now)}` };
  const up = before > now;
  return { sign: up ? '↑' : '↓', text: String(Math.abs(before - now)), kind: up ? 'up' : 'down', said: `${up ? 'up' : 'down'} from ${ordinal(before)}` };
}

export class TrainerCard {
  #context;
  #note = h('p', { class: 'card-note' });
  #why = h('div', { class: 'why', hidden: true });
  /** @type {Record<string, HTMLButtonElement[]>} */
  #buttons = { like: [], dislike: [] };
  #whyButton;

  /** @param {Trainer} item @param {Context} context @param {{move: Move|null, because: string|null}} week */
  constructor(item, context, { move, because }) {
    this.item = item;
    this.#context = context;
    /** @type {Opinion|null} */
    this.opinion = null;
    const heading = `title-${item.id}`;
    const facts = factsOf(item);
    const reason = shortly(item);
    this.#why.id = `why-${item.id}`;
    this.#whyButton = h(
      'button',
      {
        class: 'text-button',
        type: 'button',
        'aria-expanded': 'false',
        'aria-controls': this.#why.id,
        'aria-label': `Why this? ${item.title}`,
        onclick: () => this.toggleWhy(),
      },
      icon('why'),
      h('span', {}, 'Why this?'),
    );
    this.element = h(
      'li',
      { class: 'trainer', 'data-id': item.id },
      h(
        'article',
        { class: 'trainer-inner', 'aria-labelledby': heading },
        h(
          'div',
          { class: 'trainer-art', onclick: () => context.open(this, false) },
          portrait(item.id, kindOf(item)),
          h('span', { class: 'rank' }, String(item.position)),
          h(
            'button',
            {
              class: 'trainer-play',
              type: 'button',
              'aria-label': `Watch the intro of ${item.title}`,
              onclick: (/** @type {Event} */ event) => {
                event.stopPropagation();
                context.open(this, true);
              },
            },
            h('span', { class: 'trainer-play-face' }, icon('play')),
          ),
        ),
        h(
          'div',
          { class: 'trainer-text' },
          h(
            'h2',
            { class: 'trainer-name', id: heading },
            h('button', { class: 'trainer-open', type: 'button', onclick: () => context.open(this, false) }, item.title),
          ),
          this.#badges(move),
          facts.length ? h('p', { class: 'card-facts' }, facts.join(' · ')) : null,
          tagList(item, context.goal),
        ),
        h(
          'div',
          { class: 'trainer-figures' },
          statList(item, 3),
          this.#popularity(),
          reason && !because ? h('p', { class: 'trainer-reason' }, icon('spark'), reason) : null,
          because ? h('p', { class: 'trainer-because' }, icon('clock'), because) : null,
        ),
        h('div', { class: 'card-actions', role: 'group', 'aria-label': `What about ${item.title}?` }, this.actions(), this.#whyButton),
        this.#note,
        this.#why,
      ),
    );
  }

  /** @param {Move|null} move */
  #badges(move) {
    const { item } = this;
    const badges = [];
    if (move) {
      const { sign, text, kind, said } = moveText(move);
      badges.push(
        h(
          'li',
          { class: `badge badge-${kind}` },
          h('span', { 'aria-hidden': 'true' }, `${sign} ${text}`.trim()),
          h('span', { class: 'visually-hidden' }, said),
        ),
      );
    }
    if (item.goal_match) badges.push(h('li', { class: 'badge badge-match' }, 'Fits your goal'));
    else if (item.source === 'popularity') badges.push(h('li', { class: 'badge' }, 'Popular'));
    if (item.explored) badges.push(h('li', { class: 'badge badge-explored' }, 'Trying someone new'));
    return badges.length ? h('ul', { class: 'badges', 'aria-label': 'Place in the list' }, badges) : null;
  }

  #popularity() {
    const { popularity, score } = this.item;
    const share = Math.max(0, Math.min(1, popularity / this.#context.most));
    const number = popularity.toLocaleString('en', { maximumFractionDigits: popularity < 10 ? 1 : 0 });
    return h(
      'div',
      { class: 'match' },
      h('span', { class: 'match-label' }, 'Popularity'),
      h('span', { class: 'match-bar', 'aria-hidden': 'true' }, h('span', { class: 'match-fill', vars: { '--share': share } })),
      h('span', { class: 'match-number popularity' }, number),
      h('span', { class: 'match-label' }, 'Score'),
      h('span', { class: 'match-number score' }, score.toFixed(digits(Math.abs(score))).replace('-', '−')),
    );
  }

  /** Like and not for me; every set of buttons made shows the same opinion. */
  actions() {
    return h(
      'div',
      { class: 'opinions' },
      OPINIONS.map(({ opinion, text }) => {
        const button = h(
          'button',
          {
            class: `act act-${opinion}`,
            type: 'button',
            'aria-pressed': String(this.opinion === opinion),
            'aria-label': `${text}: ${this.item.title}`,
            onclick: () => this.#context.judge(this, opinion),
          },
          icon(opinion),
          h('span', { class: 'act-text', 'aria-hidden': 'true' }, text),
        );
        this.#buttons[opinion].push(button);
        return button;
      }),
    );
  }

  /** @param {Opinion|null} opinion */
  mark(opinion) {
    this.opinion = opinion;
    for (const [name, buttons] of Object.entries(this.#buttons))
      for (const button of buttons) button.setAttribute('aria-pressed', String(name === opinion));
    this.element.classList.toggle('leaving', opinion === 'dislike');
    this.#note.textContent = opinion === 'dislike' ? 'Left out from now on. Press again to take it back.' : '';
  }

  toggleWhy() {
    const open = this.#why.hidden;
    if (open) this.#why.replaceChildren(...reasonsPanel(this.item));
    this.#why.hidden = !open;
    this.#whyButton.setAttribute('aria-expanded', String(open));
  }
}
