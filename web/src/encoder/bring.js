/**
 * Brings one large file of a bundle: from the cache, else over the network with a count of its bytes, and in both cases
 * only if its SHA-256 is the one that the manifest promises.
 */
import { PocketrecError } from '../lib/errors.js';

/** @typedef {{file: string, bytes: number, sha256: string}} Promised what a manifest says of a shard */
/** @typedef {import('../lib/source.js').Source} Source */

/** A manifest comes from outside: nothing is set aside for a file beyond any sense. */
const LARGEST = 1 << 30;

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
    const bytes = await source.streamShard(shard.file, shard.bytes, again, tell);
    if (!(await isPromised(bytes, shard))) continue;
    await source.keep(shard.file, bytes);
    return { bytes, from: 'network' };
  }
  throw new PocketrecError('damaged', `${shard.file} is not the file that the manifest names: its checksum differs. It was not used; try again later.`);
}
