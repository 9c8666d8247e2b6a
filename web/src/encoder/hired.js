/**
 * An encoder at work for a page: the worker is started when it is first needed and ended when nobody has asked for two
 * minutes or the page goes. What is not answered by then is refused with the code 'closed'.
 */
import { PocketrecError } from '../lib/errors.js';

const IDLE = 120_000;

/** @typedef {{resolve: (value: any) => void, reject: (error: Error) => void}} Waiting */

export class HiredEncoder {
  #start;
  #shard;
  /** @type {Worker|null} */
  #worker = null;
  /** @type {Promise<{from: string}>|null} */
  #opening = null;
  /** @type {Waiting|null} */
  #opened = null;
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  #next = 0;
  #timer = 0;

  /**
   * @param {{bundle: URL, script: URL, wasm: import('../lib/engine.js').WasmUrls}} place folder of the bundle, the worker's
   *   script, the encoder's module
   * @param {import('./bring.js').Promised} shard @param {(done: number) => void} [progress] bytes that have come
   */
  constructor({ bundle, script, wasm }, shard, progress = () => {}) {
    this.#shard = shard;
    this.progress = progress;
    this.#start = () => {
      const worker = new Worker(script);
      worker.postMessage({ type: 'open', bundle: bundle.href, shard, wasm: { simd: String(wasm.simd), baseline: String(wasm.baseline) } });
      return worker;
    };
    addEventListener('pagehide', () => this.close());
  }

  /** Bytes of the encoder's file. */
  get bytes() {
    return this.#shard.bytes;
  }

  get working() {
    return this.#worker !== null;
  }

  /** Start it, where it does not run yet. @returns {Promise<{from: string}>} */
  open() {
    this.#stay();
    this.#opening ??= new Promise((resolve, reject) => {
      this.#opened = { resolve, reject };
      this.#worker = this.#start();
      this.#worker.onmessage = ({ data }) => this.#hear(data);
      this.#worker.onerror = () => this.#fail(new PocketrecError('encoder', 'The encoder could not be started; reload the page.'));
    });
    return this.#opening;
  }

  /** The vector of a text. @param {string} text @returns {Promise<{vector: Float32Array, ms: number}>} */
  async embed(text) {
    return this.#ask({ type: 'embed', text });
  }

  /** Scores of the first pairs, as many as `budget` milliseconds allow. @param {[string, string][]} pairs @param {number} budget
   *   @returns {Promise<{scores: number[], ms: number}>} */
  async score(pairs, budget) {
    return this.#ask({ type: 'score', pairs, budget });
  }

  /** @param {object} message @returns {Promise<any>} */
  async #ask(message) {
    await this.open();
    const id = ++this.#next;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker?.postMessage({ ...message, id });
    });
  }

  /** @param {any} data */
  #hear(data) {
    this.#stay();
    if (data.type === 'progress') this.progress(data.done);
    else if (data.type === 'open') this.#opened?.resolve(data);
    else if (data.type === 'failed' && data.id === null) this.#fail(new PocketrecError(data.code, data.message));
    else {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.type === 'done') waiting?.resolve(data);
      else waiting?.reject(new PocketrecError(data.code, data.message));
    }
  }

  /** @param {Error} error */
  #fail(error) {
    this.#opened?.reject(error);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#end();
  }

  #stay() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => (this.#waiting.size > 0 ? this.#stay() : this.close()), IDLE);
  }

  #end() {
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = null;
    this.#opening = null;
    this.#opened = null;
    this.#waiting.clear();
  }

  /** Give the memory back. */
  close() {
    if (this.#worker) this.#fail(new PocketrecError('closed', 'The encoder was put away.'));
  }
}
