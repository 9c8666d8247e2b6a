/** Notes a card as shown once it was really seen: half of it in sight for a moment, in a page that is looked at. */

const LONG_ENOUGH = 700;

export class Seen {
  #wait;
  /** @type {Set<string>} what this list has noted already */
  #noted = new Set();
  /** @type {Map<string, number>} */
  #timers = new Map();
  #observer;

  /** @param {(id: string) => void} note called once for each card of a list @param {number} [wait] milliseconds in sight */
  constructor(note, wait = LONG_ENOUGH) {
    this.note = note;
    this.#wait = wait;
    this.#observer = new IntersectionObserver((entries) => entries.forEach((entry) => this.#look(entry)), {
      threshold: 0.5,
    });
  }

  /** @param {IntersectionObserverEntry} entry */
  #look({ target, isIntersecting }) {
    const id = /** @type {HTMLElement} */ (target).dataset.id ?? '';
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    if (!isIntersecting || this.#noted.has(id)) return;
    this.#timers.set(id, window.setTimeout(() => this.#settle(target, id), this.#wait));
  }

  /** @param {Element} target @param {string} id */
  #settle(target, id) {
    if (document.visibilityState !== 'visible') {
      document.addEventListener('visibilitychange', () => this.again(target), { once: true });
      return;
    }
    this.saw(target);
  }

  /** It was certainly seen: somebody has used it. @param {Element} target */
  saw(target) {
    const id = /** @type {HTMLElement} */ (target).dataset.id ?? '';
    clearTimeout(this.#timers.get(id));
    if (this.#noted.has(id)) return;
    this.#noted.add(id);
    this.#observer.unobserve(target);
    this.note(id);
  }

  /** @param {Element} target */
  again(target) {
    this.#observer.unobserve(target);
    this.#observer.observe(target);
  }

  /** @param {HTMLElement[]} cards of the list that is shown now @param {boolean} fresh is it another list? */
  watch(cards, fresh) {
    this.stop();
    if (fresh) this.#noted.clear();
    for (const card of cards) if (!this.#noted.has(card.dataset.id ?? '')) this.#observer.observe(card);
  }

  stop() {
    this.#observer.disconnect();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
