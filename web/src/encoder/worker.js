/**
 * The worker of a text encoder: opens it, turns texts into vectors, scores pairs. It holds the encoder's memory, so that
 * ending the worker gives all of it back.
 *
 *   in:  {type: 'open', bundle, shard, wasm} · {type: 'embed', id, text} · {type: 'score', id, pairs, budget}
 *   out: {type: 'progress', done} · {type: 'open', from, about} · {type: 'done', id, …} · {type: 'failed', id, message}
 */
import { Encoder } from '../lib/encoder.js';
import { compile } from '../lib/engine.js';
import { Source } from '../lib/source.js';
import { bring } from './bring.js';

/**
 * @typedef {{type: 'open', bundle: string, shard: import('./bring.js').Promised, wasm: import('../lib/engine.js').WasmUrls}} Open
 * @typedef {{type: 'embed', id: number, text: string}} Embed
 * @typedef {{type: 'score', id: number, pairs: [string, string][], budget: number}} Score
 */

const TELL_AFTER = 1 << 18;
/** A query's vector is that of `pocketrec ask` and `eval`: as many tokens as the encoder takes. */
const ALL_TOKENS = 0;
/** Pairs are read up to here: a title with what belongs to it is shorter. */
const PAIR_TOKENS = 64;

/** @type {Promise<Encoder>} */
let opening;

/** @param {any} message @param {Transferable[]} [moved] */
const tell = (message, moved = []) => /** @type {any} */ (globalThis).postMessage(message, moved);

/** @param {Open} message */
async function open({ bundle, shard, wasm }) {
  const source = new Source({ url: bundle, get: fetch.bind(globalThis), cache: true });
  let told = 0;
  const progress = (/** @type {number} */ done) => {
    if (done - told < TELL_AFTER && done < shard.bytes) return;
    told = done;
    tell({ type: 'progress', done });
  };
  const [{ bytes, from }, module] = await Promise.all([bring(source, shard, progress), compile(wasm)]);
  const encoder = await Encoder.open(bytes, module);
  tell({ type: 'open', from, about: encoder.about });
  return encoder;
}

/** @param {Encoder} encoder @param {Embed} message */
function embed(encoder, { id, text }) {
  const start = performance.now();
  const vector = encoder.embed([text], ALL_TOKENS);
  tell({ type: 'done', id, vector, ms: performance.now() - start }, [vector.buffer]);
}

/** Pairs in their order until the time is up; what was not reached has no score. @param {Encoder} encoder @param {Score} message */
function score(encoder, { id, pairs, budget }) {
  const start = performance.now();
  /** @type {number[]} */
  const scores = [];
  for (const pair of pairs) {
    if (performance.now() - start >= budget) break;
    scores.push(encoder.score([pair], PAIR_TOKENS)[0]);
  }
  tell({ type: 'done', id, scores, ms: performance.now() - start });
}

/** @param {MessageEvent<Open|Embed|Score>} event */
async function answer({ data }) {
  try {
    if (data.type === 'open') await (opening = open(data));
    else if (data.type === 'embed') embed(await opening, data);
    else score(await opening, data);
  } catch (error) {
    const { code = 'encoder', message } = /** @type {any} */ (error);
    tell({ type: 'failed', id: 'id' in data ? data.id : null, code, message });
  }
}

addEventListener('message', (event) => void answer(event));
