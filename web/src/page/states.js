/** What is shown when there is no list: nothing left, no connection, or an engine that does not start. */
import { h } from './dom.js';
import { icon } from './icons.js';

const REASONS = {
  filtered_out: 'Everything that fits is something you have finished or did not like.',
  no_match: 'Nothing in the catalogue fits these answers.',
  catalogue_exhausted: 'You have seen the whole catalogue.',
};

/** @typedef {import('./icons.js').IconName} IconName */

/** A round sheet with a sign, drawn once for all these states. @param {'empty'|'offline'|'error'} kind @param {IconName} symbol */
function picture(kind, symbol) {
  return h(
    'div',
    { class: `state-picture state-${kind}`, 'aria-hidden': 'true' },
    icon(symbol),
  );
}

/** @type {Record<string, IconName>} */
const SYMBOLS = { empty: 'person', offline: 'offline', error: 'refresh' };

/** @param {{kind: 'empty'|'offline'|'error', symbol?: IconName, title: string, text: string, actions: Node[], more?: Node|null}}
 *   state */
export function state({ kind, symbol = SYMBOLS[kind], title, text, actions, more = null }) {
  return h(
    'section',
    { class: 'state' },
    picture(kind, symbol),
    h('h1', { class: 'state-title', id: 'heading', tabindex: '-1' }, title),
    h('p', { class: 'state-text' }, text),
    h('div', { class: 'row row-centre' }, ...actions),
    more,
  );
}

/** @param {string|null} reason @param {{edit: () => void, forget: () => void}} actions */
export function emptyState(reason, { edit, forget }) {
  const text = REASONS[/** @type {keyof typeof REASONS} */ (reason)] ?? 'Nothing fits these answers yet.';
  return state({
    kind: 'empty',
    title: 'Nothing left to show',
    text,
    actions: [
      h('button', { class: 'button button-main', type: 'button', onclick: edit }, 'Change my answers'),
      h('button', { class: 'button button-quiet', type: 'button', onclick: forget }, 'Start over'),
    ],
  });
}

/** The list that the page carries for readers without JavaScript; it is text inside <noscript>. */
function staticList() {
  const text = document.querySelector('noscript')?.textContent ?? '';
  const list = new DOMParser().parseFromString(text, 'text/html').querySelector('ol');
  if (!list) return null;
  return h(
    'div',
    { class: 'static' },
    h('h2', { class: 'static-title' }, 'Meanwhile: what people enjoy most'),
    document.importNode(list, true),
  );
}

/** @param {Error} error @param {() => void} retry */
export function failedState(error, retry) {
  const offline = navigator.onLine === false;
  const button = h('button', { class: 'button button-main', type: 'button', onclick: retry }, 'Try again');
  return state({
    kind: offline ? 'offline' : 'error',
    title: offline ? 'You are offline' : 'The list could not be made',
    text: offline ? 'The first visit needs a connection once. After that everything works without.' : error.message,
    actions: [button],
    more: staticList(),
  });
}
