/** One card of the ranked list: picture, title, score, and what one can do with it. */
import { art } from './art.js';
import { h } from './dom.js';
import { digits, label } from './format.js';
import { icon } from './icons.js';
import { whyPanel } from './why.js';

/**
 * @typedef {{id: string, title: string, score: number, position: number, parts: Record<string, number>, explain: any,
 *   [column: string]: any}} Item
 * @typedef {'like'|'dislike'|'complete'} Action
 * @typedef {{typeColumn: string|null, act: (action: Action, item: Item, card: Card) => void, titleOf: (id: string) =>
 *   string|null}} Context
 */

const OWN = new Set(['position', 'id', 'title', 'score', 'parts', 'explain', 'propensity', 'text', 'image']);
const ACTIONS = /** @type {const} */ ([
  { action: 'like', text: 'Like', name: 'like' },
  { action: 'dislike', text: 'Not for me', name: 'dislike' },
  { action: 'complete', text: 'Done', name: 'done' },
]);
const LEAVES = { dislike: 'You won’t see this again', complete: 'Done. It makes room for another' };

/** Short facts under a title: the maker, the length, the kinds. @param {Item} item */
function facts(item) {
  const texts = [];
  for (const [name, value] of Object.entries(item)) {
    if (OWN.has(name) || name.endsWith('_id')) continue;
    if (typeof value === 'string' && value.length > 0 && value.length <= 40 && !/^\d{4}-\d\d-\d\d$/.test(value))
      texts.push(label(value));
    else if (typeof value === 'number' && name === 'duration') texts.push(`${value}\u00a0min`);
  }
  return texts;
}

/** @param {Item} item */
const tags = (item) =>
  /** @type {string[]} */ (
    Object.entries(item).find(([name, value]) => !OWN.has(name) && Array.isArray(value))?.[1] ?? []
  );

/** The value that the picture is drawn from. @param {Item} item @param {string|null} column */
function kind(item, column) {
  const value = column ? item[column] : undefined;
  return String((Array.isArray(value) ? value[0] : value) ?? tags(item)[0] ?? 'item');
}

export class Card {
  #context;
  #places = 2;
  #picture = h('div', { class: 'card-art' });
  #rank = h('span', { class: 'rank' });
  #fill = h('span', { class: 'match-fill' });
  #number = h('span', { class: 'match-number' });
  #move = h('span', { class: 'move' });
  #note = h('p', { class: 'card-note' });
  #why = h('div', { class: 'why', hidden: true });
  /** @type {Record<string, HTMLButtonElement>} */
  #buttons = {};
  #whyButton;

  /** @param {Item} item @param {Context} context */
  constructor(item, context) {
    this.item = item;
    this.#context = context;
    /** @type {Action|null} what the visitor did with it on this page */
    this.done = null;
    const heading = `title-${item.id}`;
    this.#picture.append(art(kind(item, context.typeColumn), item.id), this.#rank);
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
      { class: 'card', 'data-id': item.id },
      h(
        'article',
        { class: 'card-inner', 'aria-labelledby': heading },
        this.#picture,
        h(
          'div',
          { class: 'card-text' },
          h('h2', { class: 'card-title', id: heading }, item.title),
          h(
            'p',
            { class: 'card-facts' },
            facts(item).map((fact, index, all) => [h('span', {}, index < all.length - 1 ? `${fact} ·` : fact), ' ']),
          ),
          tags(item).length
            ? h(
                'ul',
                { class: 'tags', 'aria-label': 'Tags' },
                tags(item)
                  .slice(0, 4)
                  .map((tag) => h('li', { class: 'tag' }, tag.replace(/-/g, ' '))),
              )
            : null,
          h(
            'div',
            { class: 'match' },
            h('span', { class: 'match-label' }, 'Score'),
            h('span', { class: 'match-bar', 'aria-hidden': 'true' }, this.#fill),
            this.#number,
            this.#move,
          ),
        ),
        h(
          'div',
          { class: 'card-actions', role: 'group', 'aria-label': `What about ${item.title}?` },
          ACTIONS.map((action) => this.#button(action)),
          this.#whyButton,
        ),
        this.#note,
        this.#why,
      ),
    );
  }

  /** @param {typeof ACTIONS[number]} entry */
  #button({ action, text, name }) {
    const button = h(
      'button',
      {
        class: `act act-${name}`,
        type: 'button',
        'aria-pressed': 'false',
        'aria-label': `${text}: ${this.item.title}`,
        onclick: () => this.#context.act(action, this.item, this),
      },
      icon(name),
      h('span', { class: 'act-text', 'aria-hidden': 'true' }, text),
    );
    this.#buttons[action] = button;
    return button;
  }

  /** Show what the visitor did, or null for nothing. @param {Action|null} action */
  mark(action) {
    this.done = action;
    for (const [name, button] of Object.entries(this.#buttons))
      button.setAttribute('aria-pressed', String(name === action));
    this.leaving(action === 'dislike' || action === 'complete' ? LEAVES[action] : null);
  }

  /** Fade because it is about to leave the list; null takes that back. @param {string|null} reason */
  leaving(reason) {
    this.element.classList.toggle('leaving', reason !== null);
    this.#note.textContent = reason ?? '';
  }

  /**
   * New figures in place; the card itself does not move.
   * @param {Item} item
   * @param {number} scale the best score of the list: it fills the bar
   * @param {number} position where it stands on the screen
   */
  update(item, scale, position) {
    this.item = item;
    this.#places = digits(Math.abs(item.score));
    this.#rank.textContent = String(position);
    if (position === 1) this.#widen();
    this.#number.textContent = item.score.toFixed(this.#places);
    this.#fill.style.setProperty('--share', String(Math.max(0, Math.min(1, item.score / scale))));
    const up = position - item.position;
    this.#move.className = `move${up > 0 ? ' move-up' : up < 0 ? ' move-down' : ''}`;
    this.#move.replaceChildren(
      up === 0
        ? ''
        : h(
            'span',
            {},
            h('span', { 'aria-hidden': 'true' }, `${up > 0 ? '↑' : '↓'} ${Math.abs(up)}`),
            h('span', { class: 'visually-hidden' }, ` moves to ${item.position}`),
          ),
    );
    if (!this.#why.hidden) this.#why.replaceChildren(...whyPanel(item, this.#context, this.#places + 1));
  }

  /** The first card has a wide picture: two more of the same kind stand beside its own where there is room. */
  #widen() {
    if (this.#picture.childElementCount > 2) return;
    const type = kind(this.item, this.#context.typeColumn);
    this.#picture.append(
      ...['left', 'right'].map((side) => h('div', { class: `art-${side}` }, art(type, `${this.item.id} ${side}`))),
    );
  }

  toggleWhy() {
    const open = this.#why.hidden;
    if (open) this.#why.replaceChildren(...whyPanel(this.item, this.#context, this.#places + 1));
    this.#why.hidden = !open;
    this.#whyButton.setAttribute('aria-expanded', String(open));
  }
}
