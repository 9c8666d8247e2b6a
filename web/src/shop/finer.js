/**
 * The third stage on this device: the first list is shown at once, a cross-encoder in a worker of its own scores its pairs
 * of texts for a moment, and the list is asked for once more with these scores. What was left out is said.
 */
import { HiredEncoder } from '../encoder/hired.js';
import { encodersOf, isKept } from '../encoder/shards.js';
import { h } from '../page/dom.js';
import { megabytes } from '../page/format.js';
import { keepFiles } from '../page/client.js';
import { say, warn } from '../page/frame.js';
import { time } from '../page/timing.js';
import { encoderFiles, placeOf } from './meaning.js';
import { pickShelf } from './picks.js';

/** @typedef {import('./ask.js').Ask} Ask @typedef {import('./ask.js').Picks} Picks @typedef {import('./ask.js').Pairs} Pairs */

/** Milliseconds that the pairs of one list may take. */
const BUDGET = 300;

export class Finer {
  #hired;

  /** @param {ReturnType<typeof placeOf>} place @param {import('../encoder/shards.js').Promised} shard @param {boolean} kept */
  constructor(place, shard, kept) {
    this.#hired = new HiredEncoder(place, shard);
    this.kept = kept;
  }

  get bytes() {
    return this.#hired.bytes;
  }

  /** Load it, once. */
  async load() {
    await this.#hired.open();
    this.kept = true;
    void keepFiles(encoderFiles());
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
  /** @param {Picks} picks @param {{count: number, of: number, ms: number}|null} work */
  const show = (picks, work) => {
    const element = pickShelf({ ask, basket, tools, picks, title: title(picks), why });
    const note = h('p', { class: 'staged-note' }, tell(picks, work), picks.stages.reranked === 0 && finer && !finer.kept ? load(finer) : null);
    place.replaceChildren(...(element ? [element, note] : []));
    place.dataset.reranked = String(picks.stages.reranked);
    place.dataset.skipped = picks.stages.rerank_skipped ?? '';
  };
  /** @param {Picks} first */
  const refine = async (first) => {
    const pairs = first.pairs;
    if (!finer || !pairs || !pairs.query || pairs.documents.length === 0) return;
    const { scores, count, ms } = await finer.scores(pairs);
    if (count === 0) return;
    const limit = Math.max(1, first.recommendations.length);
    // Nothing moves under somebody who has begun to use it.
    const second = await ask.picks(path, { limit, pair_scores: scores });
    if (!place.contains(document.activeElement)) show(second, { count, of: pairs.documents.length, ms });
  };
  const begin = async () => {
    const first = await ask.picks(path, finer?.kept ? { pairs: true } : {});
    show(first, null);
    return first;
  };
  /** @param {Finer} one */
  const load = (one) => {
    const button = h('button', { class: 'text-button', type: 'button' }, `Load it (${megabytes(one.bytes)}, once)`);
    button.addEventListener('click', async () => {
      button.disabled = true;
      button.textContent = 'Loading …';
      try {
        await one.load();
        await refine(await begin());
        say('The list is ordered by the cross-encoder now.');
      } catch (error) {
        warn(error);
        button.disabled = false;
        button.textContent = 'Try again';
      }
    });
    return button;
  };
  const first = await begin();
  if (finer?.kept) void refine(first).catch(() => {});
  return place;
}
