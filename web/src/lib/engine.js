/**
 * The hand-written loader of pocketrec.wasm: `compile` picks and compiles the right build, `Machine` is one instance
 * with
 * its memory, `Engine` one opened bundle in it. Nothing here fetches a bundle or keeps a state.
 */
import { PocketrecError } from './errors.js';

/**
 * @typedef {{simd: string|URL, baseline: string|URL}} WasmUrls one module, with SIMD and without
 * @typedef {'shop'|'ranking'|'purchases'|'full'} BuildName
 * @typedef {WasmUrls & {[name in BuildName]?: WasmUrls}} EngineUrls the small module, those with one part more, and the one
 *   with every part
 * @typedef {{table: string, file: string, sha256: string, bytes: number, first_row: number, rows: number,
 *   attached: boolean, refused: boolean}} Shard
 * @typedef {{method: string, path: string, body?: string|Uint8Array, state?: string, now: number, seed?: number}}
 *   Request
 * @typedef {{missing: number[]}} Missing
 * @typedef {{missing: null, status: number, body: Uint8Array, state: string|null}} Answer
 *   `state` is null when it has not changed, '' when everything is to be forgotten
 */

/** A module of eight instructions with one `v128` value: valid only where SIMD128 is supported. */
const SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

const MISSING = 1;
const LARGEST_SCRATCH = 1 << 20;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Does this browser run the SIMD build? */
export function hasSimd() {
  return WebAssembly.validate(SIMD_PROBE);
}

/**
 * Fetch and compile the build that this browser can run. Compiles while the bytes arrive where the server names the
 * right MIME type, and from the whole file where it does not.
 * @param {WasmUrls} urls
 * @param {typeof fetch} [get]
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compile(urls, get = fetch) {
  if (typeof WebAssembly !== 'object') {
    throw new PocketrecError('wasm_unavailable', 'This browser does not run WebAssembly; use a newer one.');
  }
  const response = await get(hasSimd() ? urls.simd : urls.baseline);
  if (!response.ok) {
    throw new PocketrecError(
      'wasm_unavailable',
      `${response.url} answered ${response.status}; check the address of pocketrec.wasm.`,
    );
  }
  const type = response.headers.get('content-type') ?? '';
  if (WebAssembly.compileStreaming && type.split(';')[0].trim() === 'application/wasm') {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}

/**
 * The build of the engine for what a manifest needs: '' is the small one, one part has a build of its own, anything else
 * takes the full one.
 * @param {string[]} needs
 * @returns {''|BuildName}
 */
export function buildFor(needs) {
  const [part, more] = needs;
  if (part === undefined) return '';
  return more === undefined && (part === 'shop' || part === 'ranking' || part === 'purchases') ? part : 'full';
}

/** Where a build lies; the full one stands in for one that is not there.
 * @param {EngineUrls} urls @param {''|BuildName} build @returns {WasmUrls} */
export function urlsOf(urls, build) {
  return build === '' ? urls : (urls[build] ?? urls.full ?? urls);
}

/** The addresses of all builds from those below a folder. @param {EngineUrls} urls @param {URL} base @returns {EngineUrls} */
export function absolute({ simd, baseline, ...builds }, base) {
  const others = Object.entries(builds).map(([name, urls]) => [name, absolute(urls, base)]);
  return { simd: new URL(simd, base), baseline: new URL(baseline, base), ...Object.fromEntries(others) };
}

/**
 * The modules by the names of their builds. Each is fetched once, when it is first asked for.
 * @param {EngineUrls} urls
 * @param {typeof fetch} get
 * @returns {(build: ''|BuildName) => Promise<WebAssembly.Module>}
 */
export function modules(urls, get) {
  /** @type {Map<WasmUrls, Promise<WebAssembly.Module>>} */
  const compiled = new Map();
  return (build) => {
    const wanted = urlsOf(urls, build);
    const module = compiled.get(wanted) ?? compile(wanted, get);
    compiled.set(wanted, module);
    module.catch(() => compiled.delete(wanted));
    return module;
  };
}

/** One instance of the module. All engines in it share its memory. */
export class Machine {
  /** @param {WebAssembly.Instance} instance */
  constructor(instance) {
    /** @type {Record<string, (...args: number[]) => number>} */
    this.exports = /** @type {any} */ (instance.exports);
    this.memory = /** @type {WebAssembly.Memory} */ (instance.exports.memory);
    this.scratch = { address: 0, size: 0 };
  }

  /** @param {WebAssembly.Module} module */
  static async create(module) {
    const imports = { env: { emscripten_notify_memory_growth() {} } };
    const instance = await WebAssembly.instantiate(module, imports);
    /** @type {any} */ (instance.exports)._initialize?.();
    return new Machine(instance);
  }

  /** A fresh view: the old ones are dead after the memory has grown. @param {number} address @param {number} size */
  view(address, size) {
    return new Uint8Array(this.memory.buffer, address, size);
  }

  /** @param {number} size */
  allocate(size) {
    const address = this.exports.pr_wasm_alloc(size) >>> 0;
    if (address === 0)
      throw new PocketrecError('memory', `There is no memory for ${size} bytes; close other engines first.`);
    return address;
  }

  /**
   * Lay texts end to end into one reused block. Returns address and length of each.
   * @param {(string|Uint8Array)[]} texts
   */
  write(texts) {
    let most = 0;
    for (const text of texts) most += typeof text === 'string' ? text.length * 3 : text.length;
    this.#reserve(most);
    const block = this.view(this.scratch.address, this.scratch.size);
    const spans = [];
    let used = 0;
    for (const text of texts) {
      let size = text.length;
      if (typeof text === 'string') size = encoder.encodeInto(text, block.subarray(used)).written;
      else block.set(text, used);
      spans.push(this.scratch.address + used, size);
      used += size;
    }
    return spans;
  }

  /** @param {number} size */
  #reserve(size) {
    if (size <= this.scratch.size) return;
    if (this.scratch.address) this.exports.pr_wasm_free(this.scratch.address, this.scratch.size);
    this.scratch = { address: 0, size: 0 };
    let room = 1 << 14;
    while (room < size) room *= 2;
    this.scratch = { address: this.allocate(room), size: room };
  }

  /** Give a block back that one very large request made. */
  trim() {
    if (this.scratch.size <= LARGEST_SCRATCH) return;
    this.exports.pr_wasm_free(this.scratch.address, this.scratch.size);
    this.scratch = { address: 0, size: 0 };
  }

  /** The NUL-terminated text at an address. @param {number} address */
  text(address) {
    const bytes = new Uint8Array(this.memory.buffer, address >>> 0);
    return decoder.decode(bytes.subarray(0, bytes.indexOf(0)));
  }

  /** The reason of the last failure. */
  error() {
    return this.text(this.exports.pr_wasm_error());
  }
}

/** One opened bundle. */
export class Engine {
  #address;

  /** @param {Machine} machine @param {Uint8Array} manifest the bytes of manifest.json */
  constructor(machine, manifest) {
    const block = machine.allocate(manifest.length);
    machine.view(block, manifest.length).set(manifest);
    this.#address = machine.exports.pr_wasm_open(block, manifest.length) >>> 0;
    machine.exports.pr_wasm_free(block, manifest.length);
    if (this.#address === 0) throw new PocketrecError('manifest', machine.error());
    this.machine = machine;
    this.shardCount = machine.exports.pr_wasm_shard_count(this.#address);
  }

  get closed() {
    return this.#address === 0;
  }

  /** @param {number} index @returns {Shard} */
  shard(index) {
    const address = this.machine.exports.pr_wasm_shard_json(this.#address, index) >>> 0;
    if (address === 0) throw new PocketrecError('shard', `There is no shard number ${index} in the bundle.`);
    return JSON.parse(this.machine.text(address));
  }

  /** @returns {Shard[]} */
  shards() {
    return Array.from({ length: this.shardCount }, (_, index) => this.shard(index));
  }

  /**
   * Throws when the core refuses the bytes; the engine stays usable.
   * @param {number} index
   * @param {Uint8Array} bytes
   */
  attach(index, bytes) {
    const { machine } = this;
    const block = machine.allocate(bytes.length);
    machine.view(block, bytes.length).set(bytes);
    const status = machine.exports.pr_wasm_attach(this.#address, index, block, bytes.length);
    if (status < 0) throw new PocketrecError('shard_refused', machine.error());
  }

  /** Answer one request, or say which shards it needs. @param {Request} request @returns {Answer|Missing} */
  call({ method, path, body = '', state = '', now, seed = 0 }) {
    const { machine } = this;
    const { exports } = machine;
    const spans = machine.write([method, path, body, state]);
    const status = exports.pr_wasm_call(this.#address, ...spans, now, seed);
    machine.trim();
    if (status === MISSING) {
      const words = new Uint32Array(
        machine.memory.buffer,
        exports.pr_wasm_missing_ptr() >>> 0,
        exports.pr_wasm_missing_count(),
      );
      return { missing: [...words] };
    }
    if (status < 0) throw new PocketrecError(status === -1 ? 'memory' : 'engine', machine.error());
    return {
      missing: null,
      status: exports.pr_wasm_http_status(),
      body: machine.view(exports.pr_wasm_body_ptr() >>> 0, exports.pr_wasm_body_size()).slice(),
      state: exports.pr_wasm_state_changed()
        ? decoder.decode(machine.view(exports.pr_wasm_state_ptr() >>> 0, exports.pr_wasm_state_size()))
        : null,
    };
  }

  /** Bytes: what the core holds besides shards, and the whole linear memory. */
  memory() {
    return {
      engine: this.machine.exports.pr_wasm_memory(this.#address),
      linear: this.machine.memory.buffer.byteLength,
    };
  }

  close() {
    if (this.#address) this.machine.exports.pr_wasm_close(this.#address);
    this.#address = 0;
  }
}
