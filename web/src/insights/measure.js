/**
 * How long each stage of a list takes here. The engine has no clock, so the same request is stopped after each stage in
 * turn (`until`), so often at once that the clock's ticks do not matter, again and again by turns; the stages are the
 * differences. How coarse the clock is and what an answer costs is found out first, so that no call holds the engine for long.
 */

const LISTS = '/api/v1/recommendations';
const STAGES = ['read', 'find', 'score', 'rules'];
export const LISTED = ['Start page', 'Product page'];
/** Milliseconds for all lists together. */
const BUDGET = 2200;
const ROUNDS = 30;
/** Milliseconds that one call takes: enough of them, and more only for a clock that ticks rarely. */
const ENOUGH = 6;
const LONGEST = 20;
/** Ticks of the clock that one call should cover. */
const TICKS = 16;
/** The worker answers no more often at once. */
const MOST_REPEATED = 1000;
/** Milliseconds of this page's clock after which a call that took no time shows that the clock is too coarse. */
const TOO_LATE = 100;
/** No browser's clock ticks this often: a difference below is that of rounding. */
const NO_STEP = 0.001;

/**
 * @typedef {import('../page/client.js').Client} Client
 * @typedef {{name: string, ms: number[], whole: number|null, seen: (number|null)[]}} Measured `ms` of reading, finding, scoring, the rules and
 *   writing, and how many candidates each saw; without `ms` where the clock is too coarse
 * @typedef {{clock?: () => number, signal?: AbortSignal}} Options a clock in milliseconds, and what stops the measuring before its next call
 * @typedef {(path: string, repeat: number) => Promise<number>} Timed milliseconds of the engine for all of these answers together
 */

/** The list after each stage in turn, and the whole. @param {string} path */
const pathsOf = (path) => [...STAGES.map((stage) => `${path}&until=${stage}`), path];

/** The mean of the middle half: no outlier counts, and the steps of the clock even out. @param {number[]} list */
function middle(list) {
  const cut = Math.floor(list.length / 4);
  const half = list.sort((a, b) => a - b).slice(cut, list.length - cut);
  return half.reduce((sum, ms) => sum + ms, 0) / half.length;
}

/** @param {Client} client @param {AbortSignal|undefined} signal @returns {Timed} */
function timedBy(client, signal) {
  return async (path, repeat) => {
    if (signal?.aborted) throw signal.reason;
    let engine = 0;
    client.timed((asked, timing) => {
      if (asked === path) engine = timing.engine ?? 0;
    });
    await client.request('GET', path, undefined, { seed: 1, repeat });
    return engine * repeat;
  };
}

/** The smallest step between readings of the clock: its tick, or more. @param {number[]} readings */
function tickOf(readings) {
  const sorted = [0, ...readings].sort((a, b) => a - b);
  return Math.min(...sorted.slice(1).map((ms, at) => ms - sorted[at]).filter((step) => step > NO_STEP));
}

/**
 * How often a list is answered in a call: twice as often until the clock notices well, and then by what an answer costs. Null: the
 * clock is too coarse for calls as short as these.
 * @param {Timed} timed @param {string} path @param {() => number} clock
 */
async function repeatOf(timed, path, clock) {
  const start = clock();
  let repeat = 1;
  const warming = [await timed(path, repeat)];
  while (warming[0] < ENOUGH / 2 && clock() - start < TOO_LATE && repeat < MOST_REPEATED) {
    repeat = Math.min(2 * repeat, MOST_REPEATED);
    warming.unshift(await timed(path, repeat));
  }
  if (warming[0] < NO_STEP) return null;
  // Calls of different lengths: those of one length may all read the same, whatever the tick.
  const readings = [];
  for (const one of [...pathsOf(path), ...pathsOf(path)]) readings.push(await timed(one, repeat));
  const tick = tickOf([...warming, ...readings]);
  // One tick more than was read: what an answer costs is rather taken for too much than for too little.
  const cost = (warming[0] + readings[readings.length - 1] + tick) / (2 * repeat);
  if (TICKS * tick > Math.max(LONGEST, cost)) return null;
  const wanted = Math.max(ENOUGH, TICKS * tick);
  return Math.min(MOST_REPEATED, Math.max(1, Math.round(wanted / cost)));
}

/** Milliseconds of each stage. @param {Timed} timed @param {string} path @param {number} repeat @param {() => boolean} late */
async function roundsOf(timed, path, repeat, late) {
  const paths = pathsOf(path);
  /** @type {number[][]} */
  const times = paths.map(() => []);
  for (let round = 0; round === 0 || (round < ROUNDS && !late()); round++)
    for (const [at, one] of paths.entries()) times[at].push((await timed(one, repeat)) / repeat);
  const middles = times.map(middle);
  return { ms: middles.map((ms, at) => Math.max(0, ms - (middles[at - 1] ?? 0))), whole: middles[middles.length - 1] };
}

/**
 * The start page's list, and that of a product on it, within about two seconds.
 * @param {Client} client @param {Options} [options]
 * @returns {Promise<Measured[]>} fails as the routes do, or by the signal's reason
 */
export async function measureStages(client, { clock = () => performance.now(), signal } = {}) {
  const home = await client.request('GET', `${LISTS}/homepage?limit=12`);
  const [first] = home.recommendations;
  const paths = [`${LISTS}/homepage?limit=12`];
  if (first) paths.push(`${LISTS}/product/${encodeURIComponent(first.product_id)}?limit=8`);
  const timed = timedBy(client, signal);
  const start = clock();
  let fine = true;
  /** @type {Measured[]} */
  const lists = [];
  for (const [at, path] of paths.entries()) {
    const { stages, returned } = await client.request('GET', path, undefined, { seed: 1 });
    const found = stages.candidates.together;
    const seen = [null, found, found, found - stages.out_of_stock + stages.filled_up, returned];
    /** @type {number|null} */
    const repeat = fine ? await repeatOf(timed, path, clock) : null;
    fine = repeat !== null;
    const late = () => clock() - start >= (BUDGET * (at + 1)) / paths.length;
    const times = repeat === null ? { ms: [], whole: null } : await roundsOf(timed, path, repeat, late);
    lists.push({ name: LISTED[at], ...times, seen });
  }
  return lists;
}
