/**
 * The ranked list. It never reorders under a visitor: while the focus or the finger is in it, new figures are shown in
 * place, cards that will leave fade, and a quiet button offers the new order. The order changes when that button is
 * pressed, when the focus leaves the list, or when the change came from outside it.
 */
import { Card } from './cards.js';
import { byId, h, reducedMotion } from './dom.js';
import { plural } from './format.js';
import { icon } from './icons.js';

/** @typedef {import('./cards.js').Item} Item */

const MOVE = { duration: 320, easing: 'cubic-bezier(.2,.7,.2,1)' };
const APPEAR = { duration: 260, easing: 'ease-out' };

export class RankedList {
  /** @type {Map<string, Card>} */
  #cards = new Map();
  /** @type {Item[]|null} */
  #next = null;
  #touched = false;
  #context;
  #announce;

  /** @param {Omit<import('./cards.js').Context, 'titleOf'>} context @param {(text: string) => void} announce */
  constructor(context, announce) {
    this.#context = { ...context, titleOf: (/** @type {string} */ id) => this.#titles.get(id) ?? null };
    this.#announce = announce;
    this.element = h('ol', { class: 'cards', 'aria-label': 'Your list, best first' });
    this.element.addEventListener('focusout', (event) => this.#left(event));
    this.element.addEventListener('pointerdown', () => (this.#touched = true));
    this.outside = (/** @type {Event} */ event) => {
      const target = /** @type {Element} */ (event.target);
      if (this.element.contains(target) || byId('pending').contains(target)) return;
      this.#touched = false;
      if (!this.element.contains(document.activeElement)) this.apply();
    };
    document.addEventListener('pointerdown', this.outside);
  }

  /** @type {Map<string, string>} */
  #titles = new Map();

  get busy() {
    return this.#touched || this.element.contains(document.activeElement);
  }

  /** @param {FocusEvent} event */
  #left(event) {
    const to = /** @type {Node|null} */ (event.relatedTarget);
    if (to && (this.element.contains(to) || byId('pending').contains(to))) return;
    if (!to && !document.hasFocus()) return;
    if (to) this.#touched = false;
    // A finger that is still down will end in a click; the card must still be there then.
    if (!this.#touched) this.apply();
  }

  /** @param {Item[]} items */
  show(items) {
    for (const item of items) this.#titles.set(item.id, item.title);
    if (this.#cards.size > 0 && this.busy) this.#hold(items);
    else this.#order(items);
  }

  /** Show what was liked on an earlier visit. @param {{type: string, item: string}[]} events */
  remember(events) {
    const liked = new Set();
    for (const { type, item } of events) {
      if (type === 'like') liked.add(String(item));
      else if (type === 'dislike') liked.delete(String(item));
    }
    for (const [id, card] of this.#cards) if (!card.done && liked.has(id)) card.mark('like');
  }

  /** Figures now, order later. @param {Item[]} items */
  #hold(items) {
    const fresh = new Map(items.map((item) => [item.id, item]));
    const scale = scaleOf(items);
    let changes = 0;
    [...this.#cards.values()].forEach((card, index) => {
      const item = fresh.get(card.item.id);
      if (!item) {
        changes++;
        if (!card.done || card.done === 'like') card.leaving('Makes room for another');
        return;
      }
      if (card.done !== 'dislike' && card.done !== 'complete') card.leaving(null);
      if (item.position !== index + 1) changes++;
      card.update(item, scale, index + 1);
    });
    this.#next = items;
    if (changes > 0) this.#offer(changes);
    else this.#withdraw();
  }

  /** @param {number} changes */
  #offer(changes) {
    const text = `List updated: ${plural(changes, 'change')}`;
    byId('pending').replaceChildren(
      h(
        'button',
        { class: 'pending-button', type: 'button', onclick: () => this.apply(true) },
        icon('refresh'),
        h('span', {}, text),
        h('span', { class: 'pending-show' }, 'Show'),
      ),
    );
    this.#announce(`${text}. Leave the list, or press Show, to see the new order.`);
  }

  #withdraw() {
    this.#next = null;
    byId('pending').replaceChildren();
  }

  /** Put the held order in place. @param {boolean} [focus] then go to the heading of the list */
  apply(focus = false) {
    const next = this.#next;
    if (!next) return;
    this.#touched = false;
    if (focus) byId('heading').focus({ preventScroll: true });
    this.#withdraw();
    this.#order(next);
    this.#announce('The list is in its new order.');
    if (focus) byId('heading').scrollIntoView({ block: 'start', behavior: reducedMotion() ? 'auto' : 'smooth' });
  }

  /** @param {Item[]} items */
  #order(items) {
    this.#withdraw();
    const still = reducedMotion();
    const first = this.#cards.size === 0;
    const before = new Map([...this.#cards].map(([id, card]) => [id, card.element.getBoundingClientRect()]));
    const scale = scaleOf(items);
    /** @type {Map<string, Card>} */
    const cards = new Map();
    items.forEach((item, index) => {
      const kept = this.#cards.get(item.id);
      const moved = kept && [...this.#cards.keys()].indexOf(item.id) !== index;
      // Without motion a card that changes its place is a new one: nothing is seen to jump.
      const card = kept && !(still && moved) ? kept : new Card(item, this.#context);
      if (kept && card !== kept && kept.done) card.mark(kept.done);
      card.leaving(null);
      card.update(item, scale, index + 1);
      cards.set(item.id, card);
    });
    this.#cards = cards;
    this.element.replaceChildren(...[...cards.values()].map((card) => card.element));
    if (still || first) return;
    for (const [id, card] of cards) animate(card.element, before.get(id));
  }

  close() {
    document.removeEventListener('pointerdown', this.outside);
    byId('pending').replaceChildren();
  }
}

/** @param {Item[]} items */
const scaleOf = (items) => Math.max(1e-9, ...items.map((item) => item.score));

/**
 * From where it was to where it is, by transform alone.
 * @param {HTMLElement} element
 * @param {DOMRect|undefined} from
 */
export function animate(element, from) {
  if (!from) {
    element.animate(
      [
        { opacity: 0, transform: 'translateY(12px)' },
        { opacity: 1, transform: 'none' },
      ],
      APPEAR,
    );
    return;
  }
  const to = element.getBoundingClientRect();
  const [x, y] = [from.left - to.left, from.top - to.top];
  if (x !== 0 || y !== 0) element.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: 'none' }], MOVE);
}
