/** The visitor's own data: what is kept, export, import, forget. */
import { h } from './dom.js';
import { label, plural } from './format.js';
import { regionName } from './regions.js';
import { forgetTimings } from './timing.js';

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

/** @param {any} mine what GET /api/v1/me gave @param {boolean} lasting @returns {Node} */
export function profileFacts(mine, lasting) {
  return h(
    'dl',
    { class: 'data-facts' },
    h('dt', {}, 'About you'),
    h('dd', {}, profileText(mine)),
    h('dt', {}, 'Noted'),
    h('dd', {}, plural(mine.events?.length ?? 0, 'event')),
    h('dt', {}, 'Kept'),
    h('dd', {}, keptWhere(lasting)),
  );
}

/** @param {boolean} lasting */
export const keptWhere = (lasting) => (lasting ? 'only on this device' : 'only until you close this page');

/**
 * @param {{me: () => Promise<any>, restore: (text: string) => Promise<void>, forget: () => Promise<void>, lasting: ()
 *   => boolean, say: (text: string) => void, describe: (mine: any, lasting: boolean) => Node, title?: string}} context
 *   `describe` draws what is kept
 */
export function dataPanel({ me, restore, forget, lasting, say, describe, title = 'My data' }) {
  const facts = h('div', {});
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
  /** The times of this device were measured by what the visitor did, so they go as well, whichever page it is. */
  const forgetAll = () => {
    forgetTimings();
    problem.textContent = '';
    forget().catch((error) => (problem.textContent = error.message));
  };
  const sure = h(
    'div',
    { class: 'sure', hidden: true },
    h('p', { class: 'sure-text' }, 'Forget your answers and everything you did here?'),
    h(
      'div',
      { class: 'row' },
      h('button', { class: 'button button-danger', type: 'button', onclick: forgetAll }, 'Forget everything'),
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
    h('h2', { class: 'panel-title', id: 'data-title', tabindex: '-1' }, title),
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
  const refresh = (mine) => facts.replaceChildren(describe(mine, lasting()));
  return { panel, refresh };
}
