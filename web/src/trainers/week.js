/** This week and the next: what moved, what it was learned from, and the switch between the two. */
import { h } from '../page/dom.js';
import { percent, plural } from '../page/format.js';
import { icon } from '../page/icons.js';

/**
 * @typedef {import('./columns.js').Trainer} Trainer
 * @typedef {{before: number|null, now: number, shown: boolean}} Move places counted from 1; `shown`: was it in the list of
 *   this week, or only somewhere behind?
 * @typedef {{item: string, week: number, impressions: number, clicks: number, views: number, likes: number, watch:
 *   number}} Row
 */

/**
 * @param {Trainer[]} next the list of next week
 * @param {Trainer[]} list the list of this week
 * @param {Trainer[]} ranking everybody's place this week, as far as it was asked for
 * @returns {Map<string, Move>}
 */
export function movesOf(next, list, ranking) {
  const shown = new Map(list.map((item, index) => [item.id, index + 1]));
  const behind = new Map(ranking.map((item, index) => [item.id, index + 1]));
  return new Map(
    next.map((item, index) => [
      item.id,
      { before: shown.get(item.id) ?? behind.get(item.id) ?? null, now: index + 1, shown: shown.has(item.id) },
    ]),
  );
}

/** How many places of the next list are taken by somebody else. @param {Map<string, Move>} moves */
export const changesOf = (moves) => [...moves.values()].filter((move) => !move.shown || move.before !== move.now).length;

/** What the visitor did with a trainer in a week, in words. @param {Row|undefined} row @param {boolean} liked */
export function becauseOf(row, liked) {
  if (liked) return 'You liked this trainer';
  if (row && row.views > 0) return `You watched ${percent(row.watch / 1000 / row.views)} of the intro`;
  if (row && row.clicks > 0) return 'You opened this profile';
  if (row && row.impressions > 0) return 'Seen, not opened yet';
  return null;
}

/** Sums of a week. @param {Row[]} rows @param {number} week */
export function sumsOf(rows, week) {
  const sums = { impressions: 0, clicks: 0, views: 0, likes: 0 };
  for (const row of rows)
    if (row.week === week)
      for (const name of /** @type {(keyof typeof sums)[]} */ (Object.keys(sums))) sums[name] += row[name] ?? 0;
  return sums;
}

/**
 * @param {{next: boolean, choose: (next: boolean) => void}} context
 * @returns {{element: HTMLElement, tell: (changes: number|null, next: boolean) => void}}
 */
export function weekSwitch({ next, choose }) {
  const count = h('span', { class: 'week-count' });
  const option = (/** @type {string} */ value, /** @type {string} */ text, /** @type {Node|null} */ more) => {
    const input = h('input', { type: 'radio', name: 'week', value, checked: (value === 'next') === next });
    input.addEventListener('change', () => input.checked && choose(value === 'next'));
    return { input, label: h('label', { class: 'week' }, input, h('span', { class: 'week-face' }, text, more)) };
  };
  const options = [option('this', 'This week', null), option('next', 'Next week', count)];
  const element = h(
    'fieldset',
    { class: 'weeks' },
    h('legend', { class: 'visually-hidden' }, 'Which week?'),
    options.map(({ label }) => label),
  );
  return {
    element,
    tell(changes, now) {
      count.textContent = changes ? ` · ${plural(changes, 'change')}` : '';
      for (const { input } of options) input.checked = (input.value === 'next') === now;
    },
  };
}

/**
 * What next week's list has learned from.
 * @param {{rows: Row[], liked: number, week: number, gone: Trainer[]}} context `gone`: who made room
 */
export function learnedFrom({ rows, liked, week, gone }) {
  const { impressions, clicks, views } = sumsOf(rows, week);
  const parts = [
    [impressions, 'seen'],
    [clicks, 'opened'],
    [views, 'watched'],
    [liked, 'liked'],
  ].filter(([count]) => Number(count) > 0);
  const text = parts.length
    ? `Learned from this week so far: ${parts.map(([count, what]) => `${count} ${what}`).join(', ')}.`
    : 'Nothing noted this week yet. Open, watch or like somebody, and this list will move.';
  return h(
    'div',
    { class: 'learned' },
    icon('spark'),
    h(
      'div',
      {},
      h('p', {}, text),
      gone.length ? h('p', { class: 'learned-gone' }, `Made room: ${gone.map((item) => item.title).join(', ')}.`) : null,
    ),
  );
}
