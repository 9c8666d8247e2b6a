// The measurement, the same in node and in a page. Times in milliseconds.
import * as ourSide from './ours.mjs';

const WARM_UP = 12;
const SLOW = { above: 40, queries: 30 }; // a slow peer answers fewer
const kept = { prefix: 'prefix', fuzzy: 'typo' };
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
const heap = () => {
  if (!globalThis.gc || !globalThis.process?.memoryUsage) return null;
  globalThis.gc();
  return globalThis.process.memoryUsage().heapUsed;
};

// Each query once. `hits`: how many of the three-word queries found the product that their words were taken from.
export function timeQueries(queries, mode, ask) {
  const wordsOf = (query) => query[kept[mode] ?? 'words'];
  const start = performance.now();
  for (const query of queries.slice(0, WARM_UP)) ask(wordsOf(query), mode);
  const slow = (performance.now() - start) / WARM_UP > SLOW.above;
  const asked = slow ? queries.slice(0, SLOW.queries) : queries;
  const times = new Float64Array(asked.length);
  let answered = 0, hits = 0, long = 0;
  asked.forEach((query, i) => {
    const before = performance.now();
    const found = ask(wordsOf(query), mode);
    times[i] = performance.now() - before;
    answered += found.length > 0;
    long += query.words.length === 3;
    hits += query.words.length === 3 && found.includes(query.source);
  });
  times.sort();
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95), queries: asked.length, answered: answered / asked.length, hits: hits / long };
}

export async function measurePeer(peer, products, queries) {
  let start = performance.now();
  let index = peer.make(products);
  const result = { make: performance.now() - start, modes: {} };
  const text = await peer.write(index);
  index = null;
  const before = heap();
  start = performance.now();
  index = peer.read(text);
  result.load = performance.now() - start;
  const after = heap();
  result.heap = before === null ? null : after - before;
  for (const mode of peer.modes) result.modes[mode] = timeQueries(queries, mode, (words) => peer.ask(index, words, mode));
  return { result, text };
}

// `bundle` gives the bytes of a file, which are at hand: what is timed is ours, not the network's.
export async function measureOurs(library, module, bundle, queries) {
  const result = { modes: {}, first: {} };
  const first = queries.find((query) => query.words.length === 3);
  for (const mode of ourSide.MODE_NAMES) {
    const start = performance.now();
    const opened = await ourSide.open(library, module, bundle);
    ourSide.askOurs(opened, mode === 'fuzzy' ? first.typo : first.words, mode);
    result.first[mode] = { time: performance.now() - start, files: opened.loaded };
    opened.engine.close();
  }
  const opened = await ourSide.open(library, module, bundle);
  const start = performance.now();
  for (let shard = 0; shard < opened.engine.shardCount; shard++) {
    const { file, attached } = opened.engine.shard(shard);
    if (!attached) opened.engine.attach(shard, bundle(file));
  }
  result.attachAll = performance.now() - start;
  for (const mode of ourSide.MODE_NAMES) result.modes[mode] = timeQueries(queries, mode, (words) => ourSide.askOurs(opened, words, mode));
  result.memory = opened.engine.memory();
  opened.engine.close();
  // What a visitor's queries bring in of themselves: the 300, with words as they are and with letters to correct.
  const paged = await ourSide.open(library, module, bundle);
  for (const query of queries) {
    ourSide.askOurs(paged, query.words, 'and');
    ourSide.askOurs(paged, query.typo, 'fuzzy');
  }
  result.paged = { files: paged.loaded, memory: paged.engine.memory() };
  paged.engine.close();
  return result;
}
