/** The sliders that rerank at once. */
import { h } from './dom.js';
import { plural } from './format.js';
import { icon } from './icons.js';

/** @typedef {{mmr?: number, freshness?: number}} Knobs */

const FRESHNESS_MOST = 0.04;

/** @param {number} rate decay a day */
function halfLife(rate) {
  if (rate <= 0) return 'Age does not count';
  return `Counts half after ${plural(Math.round(Math.LN2 / rate), 'day')}`;
}

/** @param {number} variety 0…1 */
function varietyText(variety) {
  if (variety <= 0.02) return 'Best scores only';
  return variety < 0.4 ? 'Mostly the best scores' : variety <= 0.6 ? 'Balanced' : 'As different as can be';
}

/**
 * @param {{id: string, name: string, ends: [string, string], value: number, text: (share: number) => string, change:
 *   (share: number) => void}} slider
 */
function slider({ id, name, ends, value, text, change }) {
  const output = h('output', { class: 'slider-output', for: id }, text(value));
  const input = h('input', {
    class: 'slider',
    id,
    type: 'range',
    min: 0,
    max: 100,
    step: 1,
    'aria-valuetext': text(value),
  });
  input.value = String(Math.round(value * 100));
  const show = () => {
    const share = Number(input.value) / 100;
    output.textContent = text(share);
    input.setAttribute('aria-valuetext', text(share));
    input.style.setProperty('--at', String(share));
    return share;
  };
  show();
  input.addEventListener('input', () => change(show()));
  return h(
    'div',
    { class: 'slider-field' },
    h('div', { class: 'slider-head' }, h('label', { for: id }, name), output),
    input,
    h('div', { class: 'slider-ends', 'aria-hidden': 'true' }, h('span', {}, ends[0]), h('span', {}, ends[1])),
  );
}

/**
 * @param {{knobs: Knobs, defaults: {mmr: number, freshness: number}, dated: boolean, change: (knobs: Knobs) => void}}
 *   context
 *   `dated`: do the items have a date? Without one there is nothing to be fresh about
 */
export function tunePanel({ knobs, defaults, dated, change }) {
  const panel = h('section', { class: 'panel', id: 'panel-tune', 'aria-labelledby': 'tune-title' });
  const fill = () => {
    const now = { ...defaults, ...knobs };
    panel.replaceChildren(
      h('h2', { class: 'panel-title', id: 'tune-title', tabindex: '-1' }, 'Tune the list'),
      slider({
        id: 'variety',
        name: 'Variety',
        ends: ['Alike', 'Mixed'],
        value: 1 - now.mmr,
        text: varietyText,
        change: (share) => change({ ...knobs, mmr: (knobs.mmr = Number((1 - share).toFixed(2))) }),
      }),
      ...(dated
        ? [
            slider({
              id: 'freshness',
              name: 'Freshness',
              ends: ['Timeless', 'Newest'],
              value: Math.sqrt(Math.min(1, now.freshness / FRESHNESS_MOST)),
              text: (share) => halfLife(rate(share)),
              change: (share) => change({ ...knobs, freshness: (knobs.freshness = rate(share)) }),
            }),
          ]
        : []),
      h(
        'button',
        {
          class: 'text-button',
          type: 'button',
          onclick: () => {
            delete knobs.mmr;
            delete knobs.freshness;
            fill();
            change(knobs);
            panel.querySelector('button')?.focus();
          },
        },
        icon('refresh'),
        h('span', {}, 'Back to normal'),
      ),
    );
  };
  fill();
  return panel;
}

/** Finer near zero, where it matters. @param {number} share 0…1 */
const rate = (share) => Number((share * share * FRESHNESS_MOST).toFixed(5));
