/** How long each stage of a list takes here, as a table that is there before its figures are. */
import { h } from '../page/dom.js';
import { table } from './chart.js';
import { LISTED } from './measure.js';
import { milliseconds } from './times.js';

/** @typedef {import('./measure.js').Measured} Measured */

/** The stages' names and what they do. */
const ROWS = [
  ['Read', 'What you did, and your taste'],
  ['Find', 'What is alike, what others took, what is popular'],
  ['Score', 'What each of these says, blended'],
  ['Rules', 'In stock, new, few of a kind'],
  ['Write', 'The list itself'],
];

/** @param {Measured[]} measured */
function drawn(measured) {
  const heads = ['Stage', ...measured.flatMap(({ name }) => [name, 'Candidates']), 'What it does'];
  const rows = ROWS.map(([name, what], at) => [name, ...measured.flatMap(({ ms, seen }) => [milliseconds(ms[at] ?? null), seen[at] ?? '–']), what]);
  const whole = ['Whole', ...measured.flatMap(({ whole: ms }) => [milliseconds(ms), '']), ''];
  return table('Stages of a list', heads, [...rows, whole]);
}

/** The table, which is filled in when that has been measured. @param {Promise<Measured[]>} measuring */
export function stages(measuring) {
  const region = drawn(LISTED.map((name) => ({ name, ms: [], whole: null, seen: [] })));
  const place = h('div', { class: 'stages', 'aria-busy': 'true' }, region);
  const note = (/** @type {string} */ text) => place.append(h('p', { class: 'note' }, text));
  measuring
    .then(
      (measured) => {
        // The region stays: it may have the keyboard's focus.
        region.replaceChildren(...drawn(measured).childNodes);
        if (measured.some(({ whole }) => whole === null)) note('This browser’s clock is too coarse to tell the stages apart.');
      },
      (error) => note(`This could not be measured: ${error.message}`),
    )
    .then(() => place.setAttribute('aria-busy', 'false'));
  return place;
}
