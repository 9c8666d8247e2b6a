/**
 * The search box with what its letters may become: words first, then a few products. One request at a time, the last
 * letters win; the arrows move through the list while the caret stays in the box.
 */
import { byId, h } from '../page/dom.js';
import { money, plural } from '../page/format.js';
import { say } from '../page/frame.js';
import { icon } from '../page/icons.js';
import { picture } from './picture.js';
import { addressOf } from './places.js';
import { marked } from './tile.js';

/** @typedef {import('./ask.js').Ask} Ask @typedef {import('./meaning.js').Meaning} Meaning @typedef {Awaited<ReturnType<Ask['suggest']>>} Found */
/** @typedef {{element: HTMLElement, choose: () => void}} Option */

export class SearchBox {
  #input = /** @type {HTMLInputElement} */ (byId('query'));
  #list = byId('found');
  /** @type {Option[]} */
  #options = [];
  #active = -1;
  #wanted = '';
  #asking = false;
  #ask;
  #submit;
  /** How to search: by words, by meaning, by both. */
  #by = /** @type {HTMLSelectElement} */ (byId('search-by'));
  /** @type {Meaning|null} */
  #meaning = null;

  /** @param {() => Ask|null} ask null until the engine runs @param {(query: string) => void} submit */
  constructor(ask, submit) {
    this.#ask = ask;
    this.#submit = submit;
    const form = byId('find');
    form.querySelector('button')?.append(icon('search'));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send(this.#input.value);
    });
    this.#input.addEventListener('input', () => void this.#look());
    this.#input.addEventListener('keydown', (event) => this.#key(event));
    this.#input.addEventListener('blur', () => this.close());
    // A press on a line must not take the focus, and with it the list, away.
    this.#list.addEventListener('pointerdown', (event) => event.preventDefault());
  }

  /** From now on the meaning of what is typed may count. @param {Meaning} meaning @param {() => void} chosen another way */
  offerMeaning(meaning, chosen) {
    this.#meaning = meaning;
    const show = () => (this.#by.value = meaning.mode);
    show();
    this.#by.hidden = false;
    byId('find').classList.add('find-ways');
    meaning.subscribe(show);
    this.#by.addEventListener('change', () => {
      meaning.mode = /** @type {import('./meaning.js').Mode} */ (this.#by.value);
      chosen();
    });
  }

  get query() {
    return this.#input.value;
  }

  set query(text) {
    this.#input.value = text;
  }

  focus() {
    this.#input.focus();
    this.#input.select();
  }

  close() {
    this.#wanted = '';
    this.#options = [];
    this.#move(-1);
    this.#list.hidden = true;
    this.#input.setAttribute('aria-expanded', 'false');
  }

  /** @param {string} text */
  #send(text) {
    const query = text.trim();
    if (!query) return;
    this.query = query;
    this.close();
    this.#submit(query);
  }

  async #look() {
    this.#wanted = this.#input.value.trim();
    this.#move(-1); // what Enter takes is what was typed
    if (!this.#wanted) return this.close();
    if (this.#asking) return;
    this.#asking = true;
    for (let asked = ''; this.#wanted && this.#wanted !== asked; ) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      asked = this.#wanted;
      // Words to choose from are a help; without them the search works as well.
      const found = asked ? await this.#ask()?.suggest(asked).catch(() => null) : null;
      if (this.#wanted === asked && found) this.#show(found);
      if (asked && found) void this.#lookByMeaning(asked, found).catch(() => {});
    }
    this.#asking = false;
  }

  /** The products of the list once more, by meaning, where the encoder answers in a moment. What is typed on makes it stale.
   * @param {string} text @param {Found} found */
  async #lookByMeaning(text, { words }) {
    const meaning = this.#meaning;
    if (!meaning?.near || meaning.stage !== 'ready' || meaning.mode === 'words' || text.length < 3) return;
    const vector = await meaning.vector(text, 'typing');
    if (!vector || this.#wanted !== text) return;
    const products = await this.#ask()?.nearest(text, { mode: meaning.mode, vector });
    // The list stays as it is once the arrows have begun to move through it.
    if (products && this.#wanted === text && this.#active < 0) this.#show({ words, products });
  }

  /** @param {Found} found */
  #show({ words, products }) {
    const line = (/** @type {string} */ id, /** @type {() => void} */ choose, /** @type {any[]} */ ...content) => {
      const element = h('div', { class: 'option', id, role: 'option', 'aria-selected': 'false', onclick: choose }, ...content);
      return { element, choose };
    };
    const texts = words.map(({ text, highlight }, at) =>
      line(`word-${at}`, () => this.#send(text), icon('search'), h('span', { class: 'option-text' }, marked(text, highlight))),
    );
    const hits = products.map((product, at) =>
      line(
        `hit-${at}`,
        () => {
          this.close();
          location.hash = addressOf({ page: 'product', id: product.id });
        },
        picture(product, { size: 44 }),
        h('span', { class: 'option-text' }, marked(product.name, product.highlight)),
        product.price === null ? null : h('span', { class: 'option-price' }, money(product.price)),
      ),
    );
    this.#options = [...texts, ...hits];
    this.#move(-1);
    const group = (/** @type {string} */ name, /** @type {Option[]} */ options) =>
      options.length > 0 && h('div', { role: 'group', 'aria-label': name, class: 'options' }, options.map(({ element }) => element));
    const groups = [group('Words', texts), group('Products', hits)];
    this.#list.replaceChildren(...groups.filter((one) => one instanceof Node));
    const open = this.#options.length > 0;
    this.#list.hidden = !open;
    this.#input.setAttribute('aria-expanded', String(open));
    say(open ? `${plural(this.#options.length, 'suggestion')}.` : 'No suggestions.');
  }

  /** @param {number} to -1: none, the caret alone */
  #move(to) {
    this.#options[this.#active]?.element.setAttribute('aria-selected', 'false');
    this.#active = to;
    const option = this.#options[to]?.element;
    if (!option) return this.#input.removeAttribute('aria-activedescendant');
    option.setAttribute('aria-selected', 'true');
    option.scrollIntoView({ block: 'nearest' });
    this.#input.setAttribute('aria-activedescendant', option.id);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    const count = this.#options.length;
    if (event.key === 'Escape') {
      event.preventDefault();
      if (count > 0) this.close();
      else this.query = '';
    } else if (event.key === 'Enter' && this.#active >= 0) {
      event.preventDefault();
      this.#options[this.#active].choose();
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && (count > 0 || this.query.trim())) {
      event.preventDefault();
      if (count === 0) return void this.#look();
      // The box itself is one of the stops.
      const step = event.key === 'ArrowDown' ? 1 : -1;
      this.#move(((this.#active + 1 + step + count + 1) % (count + 1)) - 1);
    }
  }
}
