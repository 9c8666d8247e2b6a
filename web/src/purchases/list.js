/** The picks: what they are ranked by, the cards, and what most people buy. */
import { h } from '../page/dom.js';
import { plural } from '../page/format.js';
import { say, warn } from '../page/frame.js';
import { offer } from '../page/offer.js';
import { eventOf, modelName } from './ask.js';
import { Card } from './card.js';
import { controls } from './controls.js';
import { popularShelf } from './popular.js';
import { openSimilar } from './similar.js';

/**
 * @typedef {import('./ask.js').Ask} Ask @typedef {import('./ask.js').Answer} Answer @typedef {import('./ask.js').Ware} Ware
 * @typedef {import('./places.js').Picks} Picks
 */

const PART = 12;
const MOST = 96;
const POPULAR = 10;

/** Why fewer than asked, where the answer's word says it. @type {Record<string, string>} */
const REASONS = {
  price_range: 'Nothing else has such a price.',
  catalogue_exhausted: 'There is nothing else: that is all that fits you.',
};

/** @param {Answer} answer @param {string|null} wanted */
function basis({ user_info: about, fallback_used: fallback, primary_model: model }, wanted) {
  if (fallback) return `Too little is known for ${modelName(wanted ?? model)} yet: this is what most people buy.`;
  const { total_purchases: bought } = about;
  return bought > 0 ? `From ${plural(bought, 'purchase')} kept on this device.` : 'From what you did here, kept on this device.';
}

class PickList {
  #ask;
  #keep;
  #busy = false;
  #again = false;
  #shown = PART;
  #title = h('h1', { class: 'till-heading', id: 'heading', tabindex: '-1' }, 'For your next basket');
  #basis = h('p', { class: 'till-lead' });
  #list = h('ol', { class: 'picks', 'aria-label': 'Picks' });
  #end = h('p', { class: 'picks-end' });
  #more = h('button', { class: 'button button-quiet more', type: 'button', onclick: () => void this.#showMore() }, 'Show more');

  /** @param {Ask} ask @param {Picks} place @param {import('./ask.js').Model[]} models @param {(place: Picks) => void} keep */
  constructor(ask, place, models, keep) {
    this.#ask = ask;
    this.#keep = keep;
    /** @type {Picks} */
    this.place = place;
    this.popular = h('div', {});
    this.element = h(
      'div',
      { class: 'till' },
      h('div', { class: 'till-head' }, this.#title, this.#basis),
      controls(models, place, (change) => void this.#turn(change)),
      h('section', { class: 'till-list', 'aria-label': 'Picked for you' }, h('h2', { class: 'visually-hidden' }, 'Picked for you'), this.#list, this.#end, this.#more),
      this.popular,
    );
  }

  /** @param {Ware} ware */
  #similar = (ware) =>
    openSimilar(this.#ask, ware, async (one) => {
      await this.#ask.note([eventOf('purchase', one)]).catch(warn);
      this.#changed();
    });

  #changed() {
    offer('Your picks have changed', () => void this.#fill().catch(warn));
  }

  /** @type {import('./card.js').Acts} */
  #acts = {
    note: async (kind, pick, quantity) => {
      await this.#ask.note([eventOf(kind, pick, quantity)]);
      this.#changed();
    },
    takeBack: async (kind, pick) => {
      await this.#ask.takeBack(kind, pick.item_id);
      this.#changed();
    },
    similar: this.#similar,
  };

  /** @param {Answer} answer */
  #show(answer) {
    const { recommendations: picks, reason } = answer;
    this.#basis.textContent = basis(answer, this.place.model);
    this.#list.replaceChildren(...picks.map((pick) => new Card(pick, this.#acts).element));
    const few = picks.length < this.#shown;
    this.#end.textContent = few ? (REASONS[reason ?? ''] ?? (picks.length === 0 ? 'Nothing fits.' : '')) : '';
    this.#more.hidden = few || this.#shown >= MOST;
    document.body.dataset.model = answer.primary_model;
  }

  async #fill() {
    this.#list.setAttribute('aria-busy', 'true');
    try {
      this.#show(await this.#ask.picks(this.place, this.#shown));
    } finally {
      this.#list.removeAttribute('aria-busy');
    }
  }

  async begin() {
    const [popular] = await Promise.all([this.#ask.popular(POPULAR), this.#fill()]);
    this.popular.replaceChildren(...[popularShelf(popular, this.#similar)].filter((one) => one !== null));
  }

  /** One request at a time; the last choice wins. @param {Partial<Picks>} change */
  async #turn(change) {
    this.place = { ...this.place, ...change };
    this.#keep(this.place);
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#again) {
        this.#again = false;
        this.#shown = PART;
        await this.#fill();
      }
      say(`${plural(this.#list.children.length, 'pick')}. ${this.#basis.textContent}`);
    } catch (error) {
      warn(error);
    } finally {
      this.#busy = false;
    }
  }

  async #showMore() {
    const before = this.#list.children.length;
    this.#shown += PART;
    await this.#fill().catch(warn);
    this.#list.children[before]?.querySelector('button')?.focus();
  }
}

/** @param {Ask} ask @param {Picks} place @param {(place: Picks) => void} keep */
export async function picksView(ask, place, keep) {
  const models = await ask.models();
  const known = models.some(({ name }) => name === place.model) ? place : { ...place, model: null };
  const picks = new PickList(ask, known, models, keep);
  await picks.begin();
  return picks.element;
}
