/**
 * The bundle in use: an engine, the shards attached to it, and the way from one night's bundle to the next. A new
 * manifest is taken only once it opens and the shards that the old one had in use could be had.
 */
import { Engine, Machine, buildFor } from './engine.js';
import { PocketrecError } from './errors.js';

/** @typedef {import('./engine.js').Shard} Shard @typedef {import('./source.js').Source} Source */

/** @param {Uint8Array} a @param {Uint8Array} b */
function same(a, b) {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** @param {Shard} a @param {Shard} b */
function overlap(a, b) {
  return a.table === b.table && a.first_row < b.first_row + b.rows && b.first_row < a.first_row + a.rows;
}

/**
 * The parts of the engine that a manifest asks for. A manifest that cannot be read asks for none: the core says what is
 * wrong with it.
 * @param {Uint8Array} manifest
 * @returns {string[]}
 */
export function needsOf(manifest) {
  try {
    const { needs } = JSON.parse(new TextDecoder().decode(manifest));
    return Array.isArray(needs) ? needs.map(String) : [];
  } catch {
    return [];
  }
}

/** A table that no engine reads: a page opens it in a worker of its own, when somebody asks for it. @param {Shard} shard */
const isEncoder = ({ table }) => table.endsWith('encoder');

export class Bundle {
  #source;
  #module;
  /** @type {Map<string, Machine>} by the build of the engine */
  #machines = new Map();
  /** @type {Uint8Array|null} */
  #manifest = null;
  /** @type {Map<string, Promise<boolean>>} files that are on their way */
  #coming = new Map();
  /** @type {Promise<boolean>|null} */
  #refreshing = null;

  /** @param {Source} source @param {ReturnType<typeof import('./engine.js').modules>} module */
  constructor(source, module) {
    this.#source = source;
    this.#module = module;
    /** @type {Engine|null} */
    this.engine = null;
    /** @type {string[]} parts of the engine that the bundle in use needs */
    this.needs = [];
  }

  /** @param {Uint8Array} manifest */
  #use(manifest) {
    this.#manifest = manifest;
    this.needs = needsOf(manifest);
  }

  /** @param {Uint8Array} manifest */
  async #open(manifest) {
    const build = buildFor(needsOf(manifest));
    const machine = this.#machines.get(build) ?? (await Machine.create(await this.#module(build)));
    this.#machines.set(build, machine);
    return new Engine(machine, manifest);
  }

  /** @param {'network'|'cache'} prefer */
  async open(prefer) {
    const old = await this.#source.cachedManifest();
    if (old) {
      try {
        this.engine = await this.#open(old);
        this.#use(old);
      } catch (error) {
        if (!(error instanceof PocketrecError && error.code === 'manifest')) throw error;
      }
    }
    if (this.engine && prefer === 'cache') return;
    if (this.engine) await this.refresh();
    else await this.#take(await this.#source.freshManifest(false));
  }

  /** Look for a newer bundle. True when one was taken; with any trouble the old one stays. */
  refresh() {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refresh() {
    try {
      const manifest = await this.#source.freshManifest(true);
      if (this.#manifest && same(manifest, this.#manifest)) return false;
      await this.#take(manifest);
      return true;
    } catch {
      return false;
    }
  }

  /** @param {Uint8Array} manifest */
  async #take(manifest) {
    const next = await this.#open(manifest);
    try {
      const shards = next.shards();
      const wanted = await this.#inUse(shards);
      const fetched = await Promise.all(wanted.map((index) => this.#bring(next, index)));
      if (fetched.includes(false))
        throw new PocketrecError('incomplete', 'The new bundle is not complete yet; the old one stays.');
      await this.#source.accept(manifest, new Set(shards.map((shard) => shard.file)));
    } catch (error) {
      next.close();
      throw error;
    }
    this.engine?.close();
    this.engine = next;
    this.#use(manifest);
    for (const build of this.#machines.keys()) if (build !== buildFor(this.needs)) this.#machines.delete(build);
  }

  /**
   * Numbers of the new shards that stand in for those attached now or kept from the last visit.
   * @param {Shard[]} shards
   */
  async #inUse(shards) {
    if (!this.engine) return [];
    const kept = await this.#source.cachedFiles();
    const used = this.engine.shards().filter((shard) => shard.attached || kept.has(shard.file));
    const wanted = [...shards.keys()].filter((index) => !isEncoder(shards[index]));
    return wanted.filter((index) => used.some((old) => overlap(old, shards[index])));
  }

  /** Fetch and attach shards. True when at least one came. @param {Engine} engine @param {number[]} missing */
  async attach(engine, missing) {
    const fetched = await Promise.all(missing.map((index) => this.#bring(engine, index)));
    return fetched.includes(true);
  }

  /** @param {Engine} engine @param {number} index */
  #bring(engine, index) {
    const { file, attached } = engine.shard(index);
    if (attached) return Promise.resolve(true);
    const key = `${engine === this.engine} ${file}`;
    let coming = this.#coming.get(key);
    if (!coming) {
      coming = this.#load(engine, index, file).finally(() => this.#coming.delete(key));
      this.#coming.set(key, coming);
    }
    return coming;
  }

  /** From the cache, from the network, and once more past every cache: the core refuses what is not as promised.
   * @param {Engine} engine @param {number} index @param {string} file */
  async #load(engine, index, file) {
    const source = this.#source;
    const kept = await source.cachedShard(file);
    if (kept) {
      if (this.#try(engine, index, kept)) return true;
      await source.drop(file);
    }
    for (const again of [kept !== null, true]) {
      const bytes = await source.fetchShard(file, again).catch(() => null);
      if (!bytes) return false;
      if (this.#try(engine, index, bytes)) {
        await source.keep(file, bytes);
        return true;
      }
      if (again) return false;
    }
    return false;
  }

  /** @param {Engine} engine @param {number} index @param {Uint8Array} bytes */
  #try(engine, index, bytes) {
    if (engine.closed) return false;
    try {
      engine.attach(index, bytes);
      return true;
    } catch {
      return false;
    }
  }

  /** Bring every shard, so that the visit goes on without a network; nothing when they are more than `most` bytes. Text
   * encoders are not for the engine.
   * @param {number} most */
  async prefetch(most) {
    const { engine } = this;
    if (!engine) return false;
    const shards = engine.shards();
    const wanted = [...shards.keys()].filter((index) => !isEncoder(shards[index]));
    if (wanted.reduce((sum, index) => sum + shards[index].bytes, 0) > most) return false;
    for (const index of wanted) {
      if (engine.closed || !(await this.#bring(engine, index))) return false;
    }
    return true;
  }

  /** After a trap the memory of the instance cannot be trusted any more: begin with a new one. */
  async restart() {
    if (!this.#manifest) return;
    this.#machines.clear();
    this.engine = await this.#open(this.#manifest);
  }

  close() {
    this.engine?.close();
    this.engine = null;
  }
}
