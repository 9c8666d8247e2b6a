/**
 * The text encoder: `Encoder.open(bytes, module)` reads an encoder file, `embed` turns texts into vectors of meaning, `score`
 * rates pairs of texts. It is made for a worker, because a batch takes its time. Nothing here fetches anything.
 */
import { PocketrecError } from './errors.js';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * @typedef {{bits: number, dims: number, layers: number, tokens: number, vocabulary: number, labels: number,
 *   pairs: boolean}} EncoderAbout what `pr_encoder_describe` says
 */

/** The fields of EncoderAbout in the order of pr_wasm_encoder_about. */
const FIELDS = ['bits', 'dims', 'layers', 'tokens', 'vocabulary', 'labels', 'pairs'];

export class Encoder {
  /** @param {WebAssembly.Instance} instance */
  constructor(instance) {
    /** @type {Record<string, (...args: number[]) => number>} */
    this.exports = /** @type {any} */ (instance.exports);
    this.memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
    this.address = 0;
    /** @type {EncoderAbout} */
    this.about = { bits: 0, dims: 0, layers: 0, tokens: 0, vocabulary: 0, labels: 0, pairs: false };
  }

  /**
   * One encoder in a module of its own. The bytes are copied.
   * @param {Uint8Array} bytes of an encoder file
   * @param {WebAssembly.Module} module pocketrec-encoder.wasm
   */
  static async open(bytes, module) {
    const imports = { env: { emscripten_notify_memory_growth() {} } };
    const opened = new Encoder(await WebAssembly.instantiate(module, imports));
    opened.exports._initialize?.();
    opened.#read(bytes);
    return opened;
  }

  /** @param {Uint8Array} bytes */
  #read(bytes) {
    const at = this.#allocate(bytes.length);
    new Uint8Array(this.memory.buffer, at, bytes.length).set(bytes);
    this.address = this.exports.pr_wasm_encoder_open(at, bytes.length) >>> 0;
    if (this.address === 0) this.#fail('encoder');
    const fields = FIELDS.map((name, i) => [name, this.exports.pr_wasm_encoder_about(this.address, i)]);
    this.about = { ...Object.fromEntries(fields), pairs: fields[FIELDS.length - 1][1] === 1 };
  }

  /** @param {number} size */
  #allocate(size) {
    const at = this.exports.pr_wasm_alloc(size) >>> 0;
    if (at === 0) throw new PocketrecError('memory', `There is no memory for ${size} bytes; close other pages first.`);
    return at;
  }

  /** @param {string} code @returns {never} */
  #fail(code) {
    const memory = new Uint8Array(this.memory.buffer);
    const at = this.exports.pr_wasm_encoder_error() >>> 0;
    throw new PocketrecError(code, decoder.decode(memory.subarray(at, memory.indexOf(0, at))));
  }

  /**
   * Add a text, or two, to the batch.
   * @param {(string|Uint8Array)[]} texts one or two; bytes stand for UTF-8
   * @param {number} most tokens, 0: as many as the encoder takes
   */
  #add(texts, most) {
    const parts = texts.map((text) => (typeof text === 'string' ? encoder.encode(text) : text));
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    const at = this.#allocate(size);
    const [first, second = new Uint8Array(0)] = parts;
    const memory = new Uint8Array(this.memory.buffer);
    memory.set(first, at);
    memory.set(second, at + first.length);
    const pair = texts.length > 1 ? 1 : 0;
    const { pr_wasm_encoder_add: add } = this.exports;
    const count = add(this.address, at, first.length, at + first.length, second.length, pair, most);
    this.exports.pr_wasm_free(at, size);
    if (count < 0) this.#fail('encoder');
    return count;
  }

  /**
   * The token ids of a text as the model sees it, or of a pair of texts.
   * @param {string|Uint8Array} text @param {string|Uint8Array} [second]
   */
  tokens(text, second) {
    this.exports.pr_wasm_encoder_clear();
    const count = this.#add(second === undefined ? [text] : [text, second], 0);
    return new Uint32Array(this.memory.buffer, this.exports.pr_wasm_encoder_ids() >>> 0, count).slice();
  }

  /**
   * A vector of length 1 for each text; `about.dims` numbers each, one behind the other.
   * @param {(string|Uint8Array)[]} texts @param {number} [most] tokens of a text that count
   */
  embed(texts, most = 0) {
    this.exports.pr_wasm_encoder_clear();
    for (const text of texts) this.#add([text], most);
    return this.#rows(this.exports.pr_wasm_encoder_embed(this.address), texts.length * this.about.dims);
  }

  /**
   * How well the texts of each pair go together: `about.labels` logits each. Only of an encoder with a classifier.
   * @param {[string|Uint8Array, string|Uint8Array][]} pairs @param {number} [most] tokens of a pair that count
   */
  score(pairs, most = 0) {
    this.exports.pr_wasm_encoder_clear();
    for (const pair of pairs) this.#add(pair, most);
    return this.#rows(this.exports.pr_wasm_encoder_logits(this.address), pairs.length * this.about.labels);
  }

  /** @param {number} status @param {number} count */
  #rows(status, count) {
    if (status < 0) this.#fail('encoder');
    return new Float32Array(this.memory.buffer, this.exports.pr_wasm_encoder_rows() >>> 0, count).slice();
  }

  /** Free the encoder's memory; nothing else can be done with it afterwards. */
  close() {
    this.exports.pr_wasm_encoder_close(this.address);
    this.address = 0;
  }
}
