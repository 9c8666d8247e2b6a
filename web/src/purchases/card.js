/** One pick: what it is, how much speaks for it and why, and what one can do with it. */
import { h } from '../page/dom.js';
import { plural } from '../page/format.js';
import { icon } from '../page/icons.js';
import { quantityForm } from './quantity.js';
import { gauge, ofOne, picture, priceTag, spoken } from './ware.js';
import { whyParts } from './why.js';

/**
 * @typedef {import('./ask.js').Pick} Pick @typedef {import('./ask.js').Kind} Kind
 * @typedef {{note: (kind: Kind, pick: Pick, quantity?: number) => Promise<void>, takeBack: (kind: Kind, pick: Pick) =>
 *   Promise<void>, similar: (pick: Pick) => void}} Acts
 */

let count = 0;

export class Card {
  #acts;
  #inner;
  #below = h('div', { class: 'ticket-below' });
  #why = h('div', { class: 'why', id: `why-${++count}`, hidden: true });
  #note = h('div', { class: 'ticket-note' });
  #whyButton;
  #buyButton;
  #cartButton;
  #actions;

  /** @param {Pick} pick @param {Acts} acts */
  constructor(pick, acts) {
    this.pick = pick;
    this.#acts = acts;
    const heading = `pick-${count}`;
    this.#whyButton = this.#button('Why this?', 'why', () => this.#toggleWhy(), { class: 'text-button', 'aria-expanded': 'false', 'aria-controls': this.#why.id });
    this.#buyButton = this.#button('Bought', 'done', () => this.#askHowMany(), { class: 'act', 'aria-expanded': 'false' });
    this.#cartButton = this.#button('Cart', 'cart', () => void this.#toggleCart(), { class: 'act', 'aria-pressed': 'false' });
    this.#actions = h(
      'div',
      { class: 'ticket-actions' },
      this.#buyButton,
      this.#cartButton,
      this.#button('Similar', 'similar', () => acts.similar(pick), { class: 'act', 'aria-haspopup': 'dialog' }),
      this.#button('Not for me', 'dislike', () => void this.#refuse(), { class: 'act act-refuse' }),
    );
    this.#inner = h(
      'article',
      { class: 'ticket', 'aria-labelledby': heading },
      picture(pick),
      h(
        'div',
        { class: 'ticket-text' },
        h('h3', { class: 'ticket-title', id: heading }, pick.title),
        pick.due ? h('p', { class: 'stamp' }, 'Due again') : null,
      ),
      priceTag(pick),
      h('div', { class: 'ticket-gauges' }, gauge('Relevance', pick.relevance_score, ofOne), gauge('Confidence', pick.confidence_score)),
      h('div', { class: 'ticket-reason' }, h('p', {}, pick.recommendation_reason), this.#whyButton),
      this.#why,
      this.#actions,
      this.#below,
      this.#note,
    );
    this.element = h('li', { class: 'pick', 'data-id': pick.item_id }, this.#inner);
  }

  /** Its name tells which item it is about. @param {string} text @param {import('../page/icons.js').IconName} symbol @param {() =>
   *   void} onclick @param {Record<string, any>} more */
  #button(text, symbol, onclick, more) {
    return h('button', { type: 'button', onclick, ...more }, icon(symbol), h('span', { class: 'act-name' }, text), spoken(`: ${this.pick.title}`));
  }

  #toggleWhy() {
    const open = this.#why.hidden;
    if (open) this.#why.replaceChildren(h('div', {}, whyParts(this.pick)));
    this.#why.hidden = !open;
    this.#whyButton.setAttribute('aria-expanded', String(open));
  }

  #closeHowMany() {
    this.#below.replaceChildren();
    this.#buyButton.setAttribute('aria-expanded', 'false');
  }

  #askHowMany() {
    if (this.#below.firstChild) return this.#closeHowMany();
    const { form, focus } = quantityForm(
      this.pick.title,
      (quantity) => void this.#bought(quantity),
      () => {
        this.#closeHowMany();
        this.#buyButton.focus();
      },
    );
    this.#buyButton.setAttribute('aria-expanded', 'true');
    this.#below.replaceChildren(form);
    focus();
  }

  /** @param {number} quantity */
  async #bought(quantity) {
    await this.#acts.note('purchase', this.pick, quantity);
    this.#closeHowMany();
    this.#leave(`Noted: you bought ${plural(quantity, 'piece')}.`, 'purchase');
  }

  async #refuse() {
    await this.#acts.note('dislike', this.pick);
    this.#leave('You won’t see this again.', 'dislike');
  }

  async #toggleCart() {
    const held = this.#cartButton.getAttribute('aria-pressed') === 'true';
    await (held ? this.#acts.takeBack('cart', this.pick) : this.#acts.note('cart', this.pick));
    this.#cartButton.setAttribute('aria-pressed', String(!held));
  }

  /** It stays where it is until the next list, and can be taken back. @param {string} text @param {Kind} kind */
  #leave(text, kind) {
    const undo = h(
      'button',
      {
        class: 'text-button',
        type: 'button',
        onclick: async () => {
          await this.#acts.takeBack(kind, this.pick);
          this.#inner.classList.remove('ticket-leaving');
          this.#note.replaceChildren();
          this.#actions.hidden = false;
          this.#buyButton.focus();
        },
      },
      'Undo',
      spoken(`: ${this.pick.title}`),
    );
    this.#inner.classList.add('ticket-leaving');
    this.#actions.hidden = true;
    this.#note.replaceChildren(h('p', {}, text), undo);
    undo.focus();
  }
}
