/**
 * The third stage on this device: the first list is shown at once, a cross-encoder in a worker of its own scores its pairs
 * of texts for a moment, and the list is asked for once more with these scores. What was left out is said.
 */
import { HiredEncoder } from '../encoder/hired.js';
import { encodersOf, evict, isKept } from '../encoder/shards.js';
import { h } from '../page/dom.js';
import { megabytes } from '../page/format.js';
import { keepFiles } from '../page/client.js';
import { say, warn } from '../page/frame.js';
import { offer } from '../page/offer.js';
import { time } from '../page/timing.js';
import { encoderFiles, placeOf } from './meaning.js';
import { pickShelf } from './picks.js';

/** @typedef {import('./ask.js').Ask} Ask @typedef {import('./ask.js').Picks} Picks @typedef {import('./ask.js').Pairs} Pairs */

/** Milliseconds that the pairs of one list may take. */
const BUDGET = 300;

export class Finer {
  #bundle;
  #shard;
  #hired;

  /** @param {ReturnType<typeof placeOf>} place @param {import('../encoder/shards.js').Promised} shard @param {boolean} kept */
  constructor(place, shard, kept) {
    this.#bundle = place.bundle;
    this.#shard = shard;
    this.#hired = new HiredEncoder(place, shard);
    this.kept = kept;
  }

  get bytes() {
    return this.#hired.bytes;
  }

  /** Does it answer in a moment, because it is at work or the device keeps it? */
  get near() {
    return this.kept || this.#hired.working;
  }

  /** Load it, once. @param {(done: number) => void} progress bytes that have come */
  async load(progress) {
    this.#hired.progress = progress;
    await this.#hired.open();
    this.kept = await isKept(this.#bundle, this.#shard);
    void keepFiles(encoderFiles());
  }

  /** Put it away and give its room back. */
  async remove() {
    this.#hired.close();
    await evict(this.#bundle, this.#shard);
    this.kept = false;
  }

  /** Scores of as many pairs as the time allows, by product. @param {Pairs} pairs */
  async scores({ query, documents }) {
    const { scores, ms } = await this.#hired.score(
      documents.map(({ text }) => [query, text]),
      BUDGET,
    );
    time('cross-encoder', ms);
    return { scores: Object.fromEntries(scores.map((score, at) => [documents[at].product_id, score])), count: scores.length, ms };
  }
}

/** @param {URL} base @param {typeof __SITE__} site @returns {Promise<Finer|null>} null: the bundle ships none */
export async function finerOf(base, site) {
  const place = placeOf(base, site);
  const { cross } = await encodersOf(place.bundle);
  return cross ? new Finer(place, cross, await isKept(place.bundle, cross)) : null;
}

/** What the third stage did. @param {Picks} picks @param {{count: number, of: number, ms: number}|null} work */
function tell(picks, work) {
  if (picks.stages.reranked > 0 && !work) return 'Ordered by what a cross-encoder made of it at night.';
  if (picks.stages.reranked > 0 && work)
    return `Ordered by a cross-encoder on this device: ${work.count} of ${work.of} texts in ${Math.round(work.ms)} ms.`;
  return 'In the order of the blend: the third stage, a cross-encoder, was left out.';
}

/**
 * A shelf of the four stages that is ordered more finely where that can be done.
 * @param {{ask: Ask, basket: import('./basket.js').Basket, tools: import('./stages.js').Tools, finer: Finer|null, path: string, title: (picks: Picks) => string, why:
 *   string|null}} list
 */
export async function finely({ ask, basket, tools, finer, path, title, why }) {
  const place = h('div', { class: 'staged' });
  /** Was anything of the list that is shown seen already? */
  let looked = false;
  /** @param {Picks} picks @param {{count: number, of: number, ms: number}|null} work */
  const show = (picks, work) => {
    looked = false;
    const element = pickShelf({ ask, basket, tools, picks, title: title(picks), why, noticed: () => (looked = true) });
    const note = h('p', { class: 'staged-note', tabindex: '-1' }, tell(picks, work), picks.stages.reranked === 0 && finer && !finer.near ? load(finer) : null);
    place.replaceChildren(...(element ? [element, note] : []));
    place.dataset.reranked = String(picks.stages.reranked);
    place.dataset.skipped = picks.stages.rerank_skipped ?? '';
  };
  /** The list once more, with the scores of this device; null where they add nothing. @param {Picks} first */
  const refine = async ({ pairs, stages, recommendations }) => {
    // Where the night has scored all of them, the few that this device could score now would take its order away.
    if (!finer || !pairs?.query || pairs.documents.length === 0 || stages.reranked >= pairs.documents.length) return null;
    const { scores, count, ms } = await finer.scores(pairs);
    if (count === 0) return null;
    const picks = await ask.picks(path, { limit: Math.max(1, recommendations.length), pair_scores: scores });
    return { picks, work: { count, of: pairs.documents.length, ms } };
  };
  const firstList = () => ask.picks(path, finer?.near ? { pairs: true } : {});
  /** Nothing moves under somebody who has seen it or begun to use it. @param {Picks} first */
  const improve = async (first) => {
    const better = await refine(first);
    if (!better) return;
    const put = () => show(better.picks, better.work);
    if (!looked && !place.contains(document.activeElement)) put();
    else if (place.isConnected) offer('A finer order is here', put);
  };
  /** @param {Finer} one */
  const load = (one) => {
    const button = h('button', { class: 'text-button', type: 'button' }, `Load it (${megabytes(one.bytes)}, once)`);
    button.addEventListener('click', async () => {
      if (button.ariaDisabled === 'true') return;
      button.ariaDisabled = 'true';
      const count = (/** @type {number} */ done) => (button.textContent = `Loading: ${megabytes(done, false)} of ${megabytes(one.bytes)}`);
      count(0);
      say('Loading the cross-encoder.');
      try {
        await one.load(count);
        const first = await firstList();
        const better = await refine(first);
        const had = place.contains(document.activeElement);
        show(better?.picks ?? first, better?.work ?? null);
        // Who has pressed the button that is gone now goes on from here.
        if (had) /** @type {HTMLElement|null} */ (place.querySelector('.staged-note'))?.focus({ preventScroll: true });
        say(better ? 'The list is ordered by the cross-encoder now.' : 'The cross-encoder is here; there is nothing for it to order yet.');
      } catch (error) {
        warn(error);
        button.ariaDisabled = null;
        button.textContent = 'Try again';
      }
    });
    return button;
  };
  const first = await firstList();
  show(first, null);
  if (finer?.near) void improve(first).catch(() => {});
  return place;
}
