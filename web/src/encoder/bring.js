/**
 * Brings one large file of a bundle: from the cache, else over the network with a count of its bytes, and in both cases
 * only if its SHA-256 is the one that the manifest promises.
 */
import { PocketrecError } from '../lib/errors.js';

/** @typedef {{file: string, bytes: number, sha256: string}} Promised what a manifest says of a shard */
/** @typedef {import('../lib/source.js').Source} Source */

/** A manifest comes from outside: nothing is set aside for a file beyond any sense. */
const LARGEST = 1 << 30;
/** Milliseconds without a byte after which the network is given up. */
const PATIENCE = 30_000;

/** @param {Uint8Array} bytes */
async function sha256(bytes) {
  const sum = await crypto.subtle.digest('SHA-256', /** @type {BufferSource} */ (bytes));
  return [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {Uint8Array|null} bytes @param {Promised} shard */
async function isPromised(bytes, shard) {
  return bytes !== null && bytes.length === shard.bytes && (await sha256(bytes)) === shard.sha256;
}

/**
 * A file over the network, piece by piece. Fails when nothing comes for a while; of a file that is longer than promised nothing is
 * left.
 * @param {URL} url @param {number} size bytes that the manifest promises @param {boolean} again past the HTTP cache, which may
 *   hold damaged bytes @param {(done: number) => void} tell bytes that have come
 */
async function stream(url, size, again, tell) {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), PATIENCE);
  try {
    const response = await fetch(url, { cache: again ? 'reload' : 'default', signal: abort.signal, credentials: 'same-origin' });
    if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
    const bytes = new Uint8Array(size);
    const reader = response.body.getReader();
    let done = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => abort.abort(), PATIENCE);
      if (done + part.value.length > size) return bytes.subarray(0, 0); // not what was promised
      bytes.set(part.value, done);
      done += part.value.length;
      tell(done);
    }
    return bytes.subarray(0, done);
  } catch (cause) {
    throw new PocketrecError('unreachable', `${url.pathname} could not be loaded; check the connection and try again.`, { status: 503, cause });
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

/**
 * The bytes of a shard. What does not fit its checksum is deleted, and asked for once more past every cache.
 * @param {Source} source @param {Promised} shard @param {(done: number) => void} tell bytes that have come
 * @returns {Promise<{bytes: Uint8Array, from: 'cache'|'network'}>}
 */
export async function bring(source, shard, tell) {
  if (typeof crypto?.subtle !== 'object')
    throw new PocketrecError('insecure', 'This page came over plain http, where a browser cannot check what it loads; open it by https.');
  if (!Number.isInteger(shard.bytes) || shard.bytes <= 0 || shard.bytes > LARGEST)
    throw new PocketrecError('manifest', `The manifest gives ${shard.file} an impossible length; publish the bundle again.`);
  const kept = await source.cachedShard(shard.file);
  if (kept && (await isPromised(kept, shard))) return { bytes: kept, from: 'cache' };
  if (kept) await source.drop(shard.file);
  for (const again of [false, true]) {
    const bytes = await stream(new URL(shard.file, source.manifest), shard.bytes, again, tell);
    if (!(await isPromised(bytes, shard))) continue;
    await source.keep(shard.file, bytes);
    return { bytes, from: 'network' };
  }
  throw new PocketrecError('damaged', `${shard.file} is not the file that the manifest names: its checksum differs. It was not used; try again later.`);
}
