/** What takes how long on this device: the middle and the slow end of each stage, and the last requests one by one. */
import { h } from '../page/dom.js';
import { words } from '../page/format.js';
import { quantile } from '../page/timing.js';
import { chart, folded, table } from './chart.js';

/** @typedef {import('../page/timing.js').Timings} Timings */

const NOTES = /** @type {Record<string, string>} */ ({
  'engine: homepage': 'Find, score and the rules of the start page',
  'engine: category': 'What fits within a category',
  'engine: product': 'One product, and what is like it',
  'engine: cart': 'What goes with the cart',
  'engine: bought together': 'What is bought with a product',
  'engine: search': 'Words, meaning, filters',
  'engine: suggest': 'What a few letters may become',
  'engine: home': 'The other rows of the start page',
  state: 'Reading and writing what you did',
  shards: 'Fetching parts of the catalogue, where some were missing',
  encoder: 'The meaning of a query, as a vector',
  'cross-encoder': 'Pairs of texts, within 300 ms',
  drawing: 'Putting a view on the screen',
  'search by meaning': 'From the words to results by meaning',
});

/** @param {string} name */
const title = (name) => (name.startsWith('engine: ') ? `Engine, ${name.slice(8)}` : name.startsWith('view: ') ? `Whole view, ${name.slice(6)}` : words(name));
/** @param {number|null} ms */
export const milliseconds = (ms) => (ms === null ? '–' : `${ms < 1 ? ms.toFixed(3) : ms < 10 ? ms.toFixed(2) : Math.round(ms)}\u00a0ms`);
const rank = (/** @type {string} */ name) => (name.startsWith('engine') ? 0 : name.startsWith('view') ? 2 : 1);

/** @param {Timings} timings */
export function times(timings) {
  const entries = Object.entries(timings)
    .filter(([, list]) => list.length > 0)
    .sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));
  const rows = entries.map(([name, list]) => [title(name), milliseconds(quantile(list, 0.5)), milliseconds(quantile(list, 0.95)), list.length, NOTES[name] ?? '']);
  return table('Times of each stage', ['Stage', 'p50', 'p95', 'Measured', 'What it is'], rows);
}

/** The engine's last requests. @param {Timings} timings */
export function requests(timings) {
  const routes = Object.entries(timings).filter(([name, list]) => name.startsWith('engine: ') && list.length > 1);
  const busiest = routes.sort(([, a], [, b]) => b.length - a.length).slice(0, 4);
  if (busiest.length === 0) return null;
  const most = Math.max(...busiest.map(([, list]) => list.length));
  const x = Array.from({ length: most }, (_, at) => at - most + 1);
  const series = busiest.map(([name, list], at) => ({
    label: title(name),
    values: [...Array(most - list.length).fill(null), ...list],
    colour: `part-${at}`,
  }));
  const rows = x.map((_, at) => [String(at - most + 1), ...series.map(({ values }) => milliseconds(values[at]))]).slice(-20).reverse();
  return h(
    'div',
    {},
    chart({ name: 'Milliseconds of the engine for the last requests, the newest at the right; the table below has the numbers', x, series, time: false, format: (value) => `${value}\u00a0ms` }),
    folded(table('The last twenty requests of each kind, newest first', ['Before now', ...series.map(({ label }) => label)], rows)),
  );
}
