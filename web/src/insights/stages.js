/**
 * How long each stage of a list takes here. The engine has no clock, so the same request is stopped after each stage in
 * turn (`until`), so often at once that the clock's ticks do not matter, again and again by turns; the stages are the
 * differences.
 */
import { h } from '../page/dom.js';
import { table } from './chart.js';
import { milliseconds } from './times.js';

const LISTS = '/api/v1/recommendations';
const STAGES = ['read', 'find', 'score', 'rules'];
const ROUNDS = 30;
/** Milliseconds that one reading of the clock should cover: browsers let it tick every 0.1 to 1 ms. */
const ENOUGH = 6;
const MOST_REPEATED = 1000;
const WARM = 20;

/**
 * @typedef {import('../page/client.js').Client} Client
 * @typedef {{name: string, ms: number[], whole: number|null, seen: (number|null)[]}} Measured `ms` of reading, finding, scoring, the rules and
 *   writing, and how many candidates each saw
 */

const LISTED = ['Start page', 'Product page'];

/** The stages' names and what they do. */
const ROWS = [
  ['Read', 'What you did, and your taste'],
  ['Find', 'What is alike, what others took, what is popular'],
  ['Score', 'What each of these says, blended'],
  ['Rules', 'In stock, new, few of a kind'],
  ['Write', 'The list itself'],
];

/** The mean of the middle half: no outlier counts, and the steps of the clock even out. @param {number[]} list */
function middle(list) {
  const cut = Math.floor(list.length / 4);
  const half = list.sort((a, b) => a - b).slice(cut, list.length - cut);
  return half.reduce((sum, ms) => sum + ms, 0) / half.length;
}

/** Milliseconds of the engine for one answer. @param {Client} client @param {string} path @param {number} repeat */
async function timeOf(client, path, repeat) {
  let engine = 0;
  client.timed((asked, timing) => {
    if (asked === path) engine = timing.engine ?? 0;
  });
  await client.request('GET', path, undefined, { seed: 1, repeat });
  return engine;
}

/** @param {Client} client @param {string} name @param {string} path @returns {Promise<Measured>} */
async function measureList(client, name, path) {
  const { stages, returned } = await client.request('GET', path, undefined, { seed: 1 });
  const paths = [...STAGES.map((stage) => `${path}&until=${stage}`), path];
  const once = await timeOf(client, path, WARM);
  const repeat = Math.min(MOST_REPEATED, Math.ceil(ENOUGH / Math.max(once, ENOUGH / MOST_REPEATED)));
  /** @type {number[][]} */
  const times = paths.map(() => []);
  for (let round = 0; round < ROUNDS; round++) for (const [at, one] of paths.entries()) times[at].push(await timeOf(client, one, repeat));
  const middles = times.map(middle);
  const found = stages.candidates.together;
  return {
    name,
    ms: middles.map((ms, at) => Math.max(0, ms - (middles[at - 1] ?? 0))),
    whole: middles[middles.length - 1],
    seen: [null, found, found, found - stages.out_of_stock + stages.filled_up, returned],
  };
}

/** The start page's list, and that of a product on it. @param {Client} client @returns {Promise<Measured[]>} */
export async function measureStages(client) {
  const home = await client.request('GET', `${LISTS}/homepage?limit=12`);
  const [first] = home.recommendations;
  const lists = [await measureList(client, LISTED[0], `${LISTS}/homepage?limit=12`)];
  if (first) lists.push(await measureList(client, LISTED[1], `${LISTS}/product/${encodeURIComponent(first.product_id)}?limit=8`));
  return lists;
}

/** @param {Measured[]} measured */
function drawn(measured) {
  const heads = ['Stage', ...measured.flatMap(({ name }) => [name, 'Candidates']), 'What it does'];
  const rows = ROWS.map(([name, what], at) => [name, ...measured.flatMap(({ ms, seen }) => [milliseconds(ms[at] ?? null), seen[at] ?? '–']), what]);
  const whole = ['Whole', ...measured.flatMap(({ whole: ms }) => [milliseconds(ms), '']), ''];
  return table('Stages of a list', heads, [...rows, whole]);
}

/** The table, which is filled in when that has been measured. @param {Promise<Measured[]>} measuring */
export function stages(measuring) {
  const empty = LISTED.map((name) => ({ name, ms: [], whole: null, seen: [] }));
  const place = h('div', { class: 'stages', 'aria-busy': 'true' }, drawn(empty));
  measuring
    .then(drawn, (error) => h('p', { class: 'note' }, `This could not be measured: ${error.message}`))
    .then((content) => {
      place.replaceChildren(content);
      place.setAttribute('aria-busy', 'false');
    });
  return place;
}
