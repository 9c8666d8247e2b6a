/** What the manifest in use says about text encoders: whether there are vectors to search, and which files can be loaded. */
import { Source } from '../lib/source.js';

/**
 * @typedef {import('./bring.js').Promised} Promised
 * @typedef {{vectors: boolean, encoder: Promised|null, cross: Promised|null}} Encoders
 */

/** @param {URL} bundle */
const sourceOf = (bundle) => new Source({ url: bundle, get: fetch.bind(globalThis), cache: true });

/** @param {any} manifest @param {string} table @returns {Promised|null} */
function shardOf(manifest, table) {
  const { file, bytes, sha256 } = manifest.shards?.find((/** @type {any} */ one) => one.table === table) ?? {};
  const sound = typeof file === 'string' && /^[\w.-]+$/.test(file) && Number.isInteger(bytes) && /^[0-9a-f]{64}$/.test(sha256);
  return sound ? { file, bytes, sha256 } : null;
}

/** @param {URL} bundle @returns {Promise<Encoders>} */
export async function encodersOf(bundle) {
  const source = sourceOf(bundle);
  const bytes = (await source.cachedManifest()) ?? (await source.freshManifest(false));
  const manifest = JSON.parse(new TextDecoder().decode(bytes));
  return {
    vectors: Boolean(manifest.settings?.meaning?.vectors?.source),
    encoder: shardOf(manifest, 'encoder'),
    cross: shardOf(manifest, 'cross_encoder'),
  };
}

/** Is that file on this device already? @param {URL} bundle @param {Promised} shard */
export const isKept = async (bundle, shard) => (await sourceOf(bundle).cachedFiles()).has(shard.file);

/** Give its room back. @param {URL} bundle @param {Promised} shard */
export const evict = (bundle, shard) => sourceOf(bundle).drop(shard.file);
