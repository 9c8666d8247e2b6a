/** What every page has around its view: the colour switch, the connection, messages, and how one view follows another. */
import { byId, h } from './dom.js';
import { icon } from './icons.js';
import { themeSwitch } from './settings.js';

/** The folder of the site. */
export const BASE = new URL('.', document.baseURI);

/** The pages that answer what a bundle needs of the engine. */
const PAGES = {
  shop: ['shop.html', 'Shop'],
  ranking: ['trainers.html', 'Trainers'],
  purchases: ['purchases.html', 'Purchases'],
};

/** @param {string[]} needs @returns {{url: string, name: string}[]} */
export const pagesFor = (needs) =>
  Object.entries(PAGES)
    .filter(([part]) => needs.includes(part))
    .map(([, [file, name]]) => ({ url: new URL(file, BASE).href, name }));

/** Links to other pages, in the head of this one. @param {{url: string, name: string}[]} pages */
export function linkTo(pages) {
  byId('connection').before(...pages.map(({ url, name }) => h('a', { class: 'top-link', href: url }, name)));
}

/** @param {string} text for screen readers, politely */
export function say(text) {
  byId('live').textContent = text;
}

/** Something went wrong that the visitor should see; it goes with the next touch. @param {unknown} error */
export function warn(error) {
  const notice = byId('notice');
  notice.textContent = /** @type {Error} */ (error).message;
  addEventListener('pointerdown', () => (notice.textContent = ''), { once: true });
}

/** @param {() => void} task */
export function whenIdle(task) {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(task, { timeout: 3000 });
  else setTimeout(task, 500);
}

/**
 * Put a view in place and, after the first one, the focus on its heading.
 * @param {Node} content with a #heading
 * @param {string} name of the view, for the styles
 * @param {string|undefined} bundle its name, for the title
 * @param {boolean} focus
 */
export function reveal(content, name, bundle, focus) {
  const view = byId('view');
  byId('dock').hidden = true;
  view.setAttribute('aria-busy', 'false');
  document.body.dataset.view = name;
  view.replaceChildren(content);
  document.title = `${byId('heading').textContent} – ${bundle?.replace(/-/g, ' ') ?? 'pocketrec'}`;
  if (!focus) return;
  byId('heading').focus({ preventScroll: true });
  scrollTo({ top: 0 });
}

function watchConnection() {
  const tell = () => {
    const offline = navigator.onLine === false;
    byId('connection').replaceChildren(
      ...(offline
        ? [
            icon('offline'),
            h('span', {}, 'Offline'),
            h('span', { class: 'visually-hidden' }, '. Everything still works on this device.'),
          ]
        : []),
    );
  };
  addEventListener('online', tell);
  addEventListener('offline', tell);
  tell();
}

/** Bring the frame to life. */
export function frame() {
  byId('theme').append(icon('theme'));
  themeSwitch(/** @type {HTMLButtonElement} */ (byId('theme')));
  watchConnection();
}
