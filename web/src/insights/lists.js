/** What became of the lists: figures in a row, by day, by context. */
import { h } from '../page/dom.js';
import { money, percent, words } from '../page/format.js';
import { chart, dayName, folded, table } from './chart.js';

/** @typedef {import('./ask.js').Counts} Counts @typedef {import('./ask.js').Performance} Performance @typedef {import('./ask.js').Day} Day */

const HEADS = ['Seen', 'Opened', 'Rate', 'Bought', 'Revenue'];
const CONTEXTS = /** @type {Record<string, string>} */ ({ homepage: 'Start page', product_page: 'Product pages', category_page: 'Category pages', cart: 'Cart', search: 'Search', email: 'E-mail' });

const number = (/** @type {number} */ value) => value.toLocaleString('en');
/** @param {number|null} value */
export const rate = (value) => (value === null ? '–' : percent(value));
/** @param {Counts} counts */
const cells = ({ impressions, clicks, ctr, conversions, revenue }) => [number(impressions), number(clicks), rate(ctr), number(conversions), money(revenue)];

/** @param {Counts} total */
export function figures(total) {
  const [shown, opened, ctr, bought, revenue] = cells(total);
  const all = [
    ['Seen', shown],
    ['Opened', opened],
    ['Click-through rate', ctr],
    ['Bought', bought],
    ['Revenue', revenue],
  ];
  return h(
    'dl',
    { class: 'figures' },
    all.map(([name, value]) => h('div', { class: 'figure' }, h('dt', {}, name), h('dd', {}, value))),
  );
}

/** @type {Record<string, {name: string, of: (days: Day[]) => import('./chart.js').Series[], format: (value: number) => string}>} */
const MEASURES = {
  seen: {
    name: 'Seen and opened',
    of: (days) => [
      { label: 'Seen', values: days.map((day) => day.impressions), colour: 'part-2', bars: true },
      { label: 'Opened', values: days.map((day) => day.clicks), colour: 'part-1', bars: true },
    ],
    format: number,
  },
  ctr: { name: 'Click-through rate', of: (days) => [{ label: 'Click-through rate', values: days.map((day) => day.ctr), colour: 'part-0' }], format: percent },
  bought: { name: 'Bought', of: (days) => [{ label: 'Bought', values: days.map((day) => day.conversions), colour: 'part-3', bars: true }], format: number },
  revenue: { name: 'Revenue', of: (days) => [{ label: 'Revenue', values: days.map((day) => day.revenue), colour: 'part-4', bars: true }], format: money },
};

/** @param {Day[]} days */
export function byDay(days) {
  const place = h('div', {});
  /** @param {string} key */
  const draw = (key) => {
    const { name, of, format } = MEASURES[key];
    place.replaceChildren(chart({ name: `${name} by day; the table below has the numbers`, x: days.map((day) => day.day), series: of(days), time: true, format }));
  };
  const choice = h(
    'fieldset',
    { class: 'measures' },
    h('legend', { class: 'visually-hidden' }, 'What the chart shows'),
    Object.entries(MEASURES).map(([key, { name }], at) =>
      h('label', { class: 'measure' }, h('input', { type: 'radio', name: 'measure', value: key, checked: at === 0, onchange: () => draw(key) }), h('span', {}, name)),
    ),
  );
  draw('seen');
  const rows = days.map((day) => [dayName(day.day), ...cells(day)]).reverse();
  return h('div', {}, choice, place, folded(table('By day', ['Day', ...HEADS], rows)));
}

/** @param {Performance} performance */
export function byContext({ by_context: contexts }) {
  const rows = contexts.map((one) => [CONTEXTS[one.context ?? ''] ?? words(one.context ?? 'elsewhere'), ...cells(one)]);
  return table('By place', ['Place', ...HEADS], rows);
}
