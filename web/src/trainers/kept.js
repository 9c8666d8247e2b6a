/** What this device keeps: the goal, the opinions, and the counts of each week. */
import { keptWhere } from '../page/data.js';
import { h } from '../page/dom.js';
import { label, plural } from '../page/format.js';
import { sumsOf } from './week.js';

const WEEKS = 4;

/** The last opinion about each trainer. @param {any[]} events @returns {Map<string, string>} */
export function opinionsOf(events) {
  const opinions = new Map();
  for (const { type, item } of events ?? []) if (type === 'like' || type === 'dislike') opinions.set(String(item), type);
  return opinions;
}

/** @param {any[]} rows @param {number} week the present one */
function table(rows, week) {
  const weeks = [...new Set(rows.map((row) => row.week))].sort((a, b) => b - a);
  const name = (/** @type {number} */ one) => (one === week ? 'This week' : one === week - 1 ? 'Last week' : `Week ${one}`);
  const cell = (/** @type {number} */ value) => h('td', {}, value.toLocaleString('en'));
  return h(
    'table',
    { class: 'kept' },
    h('caption', { class: 'visually-hidden' }, 'What was noted in each week'),
    h('thead', {}, h('tr', {}, ['Week', 'Seen', 'Opened', 'Watched'].map((text) => h('th', { scope: 'col' }, text)))),
    h(
      'tbody',
      {},
      weeks.slice(0, WEEKS).map((one) => {
        const { impressions, clicks, views } = sumsOf(rows, one);
        return h('tr', {}, h('th', { scope: 'row' }, name(one)), cell(impressions), cell(clicks), cell(views));
      }),
    ),
    weeks.length > WEEKS
      ? h('tfoot', {}, h('tr', {}, h('td', { colspan: 4 }, `and ${plural(weeks.length - WEEKS, 'earlier week')}`)))
      : null,
  );
}

/** @param {any} mine what GET /api/v1/me gave @param {boolean} lasting @param {number} week */
export function keptFacts(mine, lasting, week) {
  const opinions = [...opinionsOf(mine.events).values()];
  const liked = opinions.filter((type) => type === 'like').length;
  const out = opinions.length - liked;
  const rows = mine.weekly ?? [];
  return h(
    'div',
    {},
    h(
      'dl',
      { class: 'data-facts' },
      h('dt', {}, 'Your goal'),
      h('dd', {}, mine.goal ? label(mine.goal) : 'none yet'),
      h('dt', {}, 'Opinions'),
      h('dd', {}, `${liked} liked, ${out} left out`),
      h('dt', {}, 'Kept'),
      h('dd', {}, keptWhere(lasting)),
    ),
    rows.length ? table(rows, week) : h('p', { class: 'kept-none' }, 'Nothing noted yet: what you see, open and watch is counted here by the week.'),
  );
}
