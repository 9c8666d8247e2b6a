/** "Why this?": what each model gave, what was changed afterwards and why, and the purchases behind it. */
import { h } from '../page/dom.js';
import { percent, words } from '../page/format.js';
import { modelName } from './ask.js';

/** @typedef {import('./ask.js').Pick} Pick */

/** What an adjustment means, where its name alone does not say it. @type {Record<string, string>} */
const ADJUSTMENTS = {
  upsell: 'A little dearer than usual for you',
  price_sensitivity: 'Far above what you usually pay',
  due_again: 'It may run out about now',
};
/** @type {Record<string, string>} */
const DONE = { purchase: 'You bought', cart: 'In your cart', like: 'You liked', view: 'You looked at', click: 'You looked at' };

/** @param {Pick} pick */
function partsOf(pick) {
  return Object.entries(pick.parts)
    .map(([name, value], colour) => ({ name: modelName(name), value: value ?? 0, colour }))
    .filter(({ value }) => value > 0);
}

/** @param {Pick} pick */
function bar(pick) {
  const parts = partsOf(pick);
  const whole = parts.reduce((sum, { value }) => sum + value, 0);
  const text = parts.map(({ name, value }) => `${name} ${percent(value / whole)}`).join(', ');
  return h(
    'div',
    { class: 'pieces', role: 'img', 'aria-label': `Where it comes from: ${text}` },
    parts.map(({ value, colour }) => h('span', { class: `piece piece-${colour}`, vars: { '--share': (value / whole).toFixed(4) } })),
  );
}

/** @param {Pick} pick */
function table(pick) {
  const row = (/** @type {any} */ name, /** @type {string} */ value) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, value));
  const part = (/** @type {{name: string, value: number, colour: number}} */ { name, value, colour }) =>
    row([h('span', { class: `key piece-${colour}` }), name], value.toFixed(3));
  const change = (/** @type {{name: string, factor: number}} */ { name, factor }) =>
    row(ADJUSTMENTS[name] ?? words(name), `× ${factor.toFixed(2)}`);
  return h(
    'table',
    { class: 'parts' },
    h('caption', { class: 'visually-hidden' }, 'What makes the score'),
    h('tbody', {}, partsOf(pick).map(part), pick.adjustments.map(change)),
    h('tfoot', {}, row('Score', pick.score.toFixed(3))),
  );
}

/** @param {Pick} pick @returns {import('../page/dom.js').Child} */
export function whyParts(pick) {
  const { because, confidence_score: sure } = pick;
  return [
    partsOf(pick).length > 0 ? bar(pick) : null,
    table(pick),
    because.length > 0
      ? h(
          'div',
          { class: 'causes' },
          h('h4', { class: 'causes-title' }, 'Because of'),
          h(
            'ul',
            {},
            because.map(({ title, type, share }) => h('li', {}, h('span', {}, `${DONE[type] ?? words(type)} “${title}”`), h('b', {}, percent(share)))),
          ),
        )
      : null,
    h(
      'p',
      { class: 'why-scale' },
      'Relevance 0.80 is as strong as a first choice usually is. ',
      sure === null ? null : `Of visitors given a score like this, ${percent(sure)} went on to buy it.`,
    ),
  ];
}
