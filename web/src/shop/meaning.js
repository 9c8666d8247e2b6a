/**
 * Search by meaning, as the page sees it: which way of searching was chosen, whether the encoder is on this device, on its
 * way or refused, and the vector of a query. Words never wait for it.
 */
import { HiredEncoder } from '../encoder/hired.js';
import { hasSimd } from '../lib/engine.js';
import { BASE } from '../page/frame.js';
import { encodersOf, evict, isKept } from '../encoder/shards.js';
import { recall, remember } from '../page/settings.js';
import { time } from '../page/timing.js';

/**
 * @typedef {'words'|'meaning'|'both'} Mode
 * @typedef {'away'|'saving'|'loading'|'ready'|'failed'} Stage saving: the browser asks to save data, so nothing was loaded
 * @typedef {import('../encoder/shards.js').Promised} Promised
 */

const SETTING = 'search-by';
const REMEMBERED = 32;

const wantsToSave = () => Boolean(/** @type {any} */ (navigator).connection?.saveData);

export class Meaning {
  #bundle;
  #shard;
  #hired;
  /** @type {Map<string, number[]>} vectors of the last queries */
  #known = new Map();
  /** The text that was asked for last, of each kind: what came before it is stale. */
  #wanted = { search: '', typing: '' };
  #allowed = false;
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /** @param {{bundle: URL, script: URL, wasm: import('../lib/engine.js').WasmUrls}} place @param {Promised} shard @param
   *   {boolean} kept */
  constructor(place, shard, kept) {
    this.#bundle = place.bundle;
    this.#shard = shard;
    this.#hired = new HiredEncoder(place, shard, (done) => this.#tell('loading', done));
    this.kept = kept;
    /** @type {Stage} */
    this.stage = kept ? 'ready' : 'away';
    this.done = 0;
    this.why = '';
    this.#mode = /** @type {Mode|null} */ (recall(SETTING));
  }

  /** @type {Mode|null} what was chosen; null: nothing yet */
  #mode;

  /** Without a choice: both once the encoder is here, words before. @returns {Mode} */
  get mode() {
    const known = this.#mode === 'words' || this.#mode === 'meaning' || this.#mode === 'both';
    return known && this.#mode ? this.#mode : this.kept ? 'both' : 'words';
  }

  set mode(mode) {
    this.#mode = mode;
    remember(SETTING, mode);
    this.#announce();
  }

  /** Bytes of the encoder. */
  get bytes() {
    return this.#shard.bytes;
  }

  /** Does it answer in a moment, because the worker has the encoder open or the device keeps it? */
  get near() {
    return this.kept || this.#hired.working;
  }

  /** Be told of every change; gives a function that ends it. @param {() => void} listener */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #announce() {
    for (const listener of this.#listeners) listener();
  }

  /** @param {Stage} stage @param {number} [done] @param {string} [why] */
  #tell(stage, done = 0, why = '') {
    this.stage = stage;
    this.done = done;
    this.why = why;
    this.#announce();
  }

  /** Load it although the browser asks to save data, or after it has failed. */
  allow() {
    this.#allowed = true;
    this.#tell('away');
  }

  /** @param {string} text */
  #note(text, /** @type {Float32Array} */ vector) {
    const numbers = Array.from(vector);
    this.#known.set(text, numbers);
    const [oldest] = this.#known.keys();
    if (this.#known.size > REMEMBERED) this.#known.delete(oldest);
    return numbers;
  }

  async #open() {
    if (!this.#hired.working && !this.kept) this.#tell('loading', 0);
    await this.#hired.open();
    this.kept = await isKept(this.#bundle, this.#shard);
    if (this.stage !== 'ready') this.#tell('ready');
  }

  /**
   * The vector of a query; null where words must do: another text was asked for since, nothing could be loaded, or the
   * browser asks to save data.
   * @param {string} text @param {'search'|'typing'} [kind] what is typed makes no search stale
   * @returns {Promise<number[]|null>}
   */
  async vector(text, kind = 'search') {
    this.#wanted[kind] = text;
    const known = this.#known.get(text);
    if (known) return known;
    if (this.stage === 'failed' && !this.#allowed) return null;
    if (!this.near && wantsToSave() && !this.#allowed) {
      this.#tell('saving');
      return null;
    }
    try {
      await this.#open();
      if (this.#wanted[kind] !== text) return null;
      const { vector, ms } = await this.#hired.embed(text);
      time('encoder', ms);
      const numbers = this.#note(text, vector);
      return this.#wanted[kind] === text ? numbers : null;
    } catch (error) {
      const { code, message } = /** @type {any} */ (error);
      this.#allowed = false;
      this.kept = await isKept(this.#bundle, this.#shard);
      if (code !== 'closed') this.#tell('failed', 0, message);
      else if (this.stage === 'loading') this.#tell(this.kept ? 'ready' : 'away');
      return null;
    }
  }

  /** Put the encoder away and give its room back; the search goes by words until it is chosen again. */
  async remove() {
    this.#hired.close();
    this.#known.clear();
    await evict(this.#bundle, this.#shard);
    this.kept = false;
    this.#mode = null;
    remember(SETTING, null);
    this.#tell('away');
  }
}

/**
 * What this bundle can be searched with beside words; null: nothing.
 * @param {URL} base of the site @param {typeof __SITE__} site
 */
export async function meaningOf(base, site) {
  const bundle = new URL('bundle/', base);
  const { vectors, encoder } = await encodersOf(bundle);
  if (!vectors || !encoder || !site.encoder) return null;
  return new Meaning(placeOf(base, site), encoder, await isKept(bundle, encoder));
}

/** The encoder's program, for the worker to keep. */
export function encoderFiles() {
  const { script, wasm } = placeOf(BASE, __SITE__);
  return [script, hasSimd() ? wasm.simd : wasm.baseline];
}

/** Where an encoder's parts lie. @param {URL} base @param {typeof __SITE__} site */
export function placeOf(base, site) {
  const { script, wasm } = site.encoder;
  const at = (/** @type {string} */ file) => new URL(file, base);
  return { bundle: at('bundle/'), script: at(script), wasm: { simd: at(wasm.simd), baseline: at(wasm.baseline) } };
}
