/** The two panels: sliders that rerank at once, and the visitor's own data. On a phone a dock opens them as sheets. */
import { byId, h } from './dom.js';
import { label, plural } from './format.js';
import { icon } from './icons.js';
import { regionName } from './regions.js';

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

/** @param {any} me @returns {string} */
function profileText(me) {
  const profile = me.profile ?? {};
  const texts = Object.entries(profile)
    .filter(([, value]) => value !== null)
    .map(([name, value]) =>
      name === 'region'
        ? regionName(String(value))
        : [value]
            .flat()
            .map((one) => label(String(one)))
            .join(', '),
    );
  return texts.filter(Boolean).join(' · ') || 'nothing yet';
}

/** Offer a text as a file. @param {string} text */
function download(text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  h('a', { href: url, download: 'pocketrec-my-data.json' }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * @param {{me: () => Promise<any>, restore: (text: string) => Promise<void>, forget: () => Promise<void>, lasting: ()
 *   => boolean,
 *   say: (text: string) => void}} context
 */
export function dataPanel({ me, restore, forget, lasting, say }) {
  const facts = h('dl', { class: 'data-facts' });
  const problem = h('p', { class: 'problem', role: 'alert' });
  const file = h('input', {
    class: 'visually-hidden',
    id: 'import-file',
    type: 'file',
    accept: '.json,application/json',
  });
  file.addEventListener('change', async () => {
    const chosen = file.files?.[0];
    if (!chosen) return;
    problem.textContent = '';
    try {
      await restore(await chosen.text());
      say('Your data is back.');
    } catch (error) {
      problem.textContent = `This file was not taken. ${/** @type {Error} */ (error).message}`;
    }
    file.value = '';
  });
  const sure = h(
    'div',
    { class: 'sure', hidden: true },
    h('p', { class: 'sure-text' }, 'Forget your answers and everything you did here?'),
    h(
      'div',
      { class: 'row' },
      h('button', { class: 'button button-danger', type: 'button', onclick: () => forget() }, 'Forget everything'),
      h('button', { class: 'button button-quiet', type: 'button', onclick: () => ask(false) }, 'Keep'),
    ),
  );
  const forgetButton = h(
    'button',
    { class: 'button button-quiet', type: 'button', 'aria-expanded': 'false', onclick: () => ask(true) },
    'Forget me',
  );
  /** @param {boolean} open */
  const ask = (open) => {
    sure.hidden = !open;
    forgetButton.setAttribute('aria-expanded', String(open));
    (open ? sure.querySelector('button') : forgetButton)?.focus();
  };
  const panel = h(
    'section',
    { class: 'panel', id: 'panel-data', 'aria-labelledby': 'data-title' },
    h('h2', { class: 'panel-title', id: 'data-title', tabindex: '-1' }, 'My data'),
    facts,
    h(
      'div',
      { class: 'row' },
      h(
        'button',
        {
          class: 'button button-quiet',
          type: 'button',
          onclick: async () => download(JSON.stringify(await me(), null, 2)),
        },
        'Export',
      ),
      file,
      h('label', { class: 'button button-quiet', for: 'import-file' }, 'Import'),
      forgetButton,
    ),
    problem,
    sure,
  );
  /** @param {any} mine what GET /api/v1/me gave */
  const refresh = (mine) => {
    const count = mine.events?.length ?? 0;
    facts.replaceChildren(
      h('dt', {}, 'About you'),
      h('dd', {}, profileText(mine)),
      h('dt', {}, 'Noted'),
      h('dd', {}, plural(count, 'event')),
      h('dt', {}, 'Kept'),
      h('dd', {}, lasting() ? 'only on this device' : 'only until you close this page'),
    );
  };
  return { panel, refresh };
}

/**
 * The dock of a phone: opens one sheet at a time; Escape and a second press close it.
 * @param {HTMLElement[]} panels
 * @param {() => void} edit
 */
export function dock(panels, edit) {
  const bar = byId('dock');
  /** @type {[HTMLElement, HTMLButtonElement][]} */
  const pairs = panels.map((panel) => {
    const [name, symbol] =
      panel.id === 'panel-tune'
        ? /** @type {const} */ (['Tune', 'tune'])
        : /** @type {const} */ (['My data', 'shield']);
    const button = h(
      'button',
      {
        class: 'dock-button',
        type: 'button',
        'aria-expanded': 'false',
        'aria-controls': panel.id,
        onclick: () => toggle(panel),
      },
      icon(symbol),
      h('span', {}, name),
    );
    panel.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || button.getAttribute('aria-expanded') !== 'true') return;
      toggle(panel);
      button.focus();
    });
    return [panel, button];
  });
  /** @param {HTMLElement|null} wanted */
  const toggle = (wanted) => {
    for (const [panel, button] of pairs) {
      const open = panel === wanted && button.getAttribute('aria-expanded') !== 'true';
      button.setAttribute('aria-expanded', String(open));
      panel.classList.toggle('panel-open', open);
      if (open) panel.querySelector('h2')?.focus({ preventScroll: true });
    }
  };
  bar.replaceChildren(
    ...pairs.map(([, button]) => button),
    h('button', { class: 'dock-button', type: 'button', onclick: edit }, icon('person'), h('span', {}, 'Answers')),
  );
  bar.hidden = false;
}
