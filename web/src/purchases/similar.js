/** The dialog of what is like something: five of them, and from each the five that are like it. Back leads the same way. */
import { h } from '../page/dom.js';
import { say } from '../page/frame.js';
import { icon } from '../page/icons.js';
import { gauge, ofOne, picture, priceTag, spoken } from './ware.js';

/** @typedef {import('./ask.js').Ware} Ware @typedef {import('./ask.js').Similar} Similar */

/**
 * @param {import('./ask.js').Ask} ask @param {Ware} first @param {(ware: Ware) => Promise<void>} bought
 */
export function openSimilar(ask, first, bought) {
  const opener = /** @type {HTMLElement|null} */ (document.activeElement);
  /** @type {Ware[]} */
  const way = [first];
  const title = h('h2', { class: 'similar-title', id: 'similar-title', tabindex: '-1' });
  const content = h('div', { class: 'similar-content' });
  const symbol = (/** @type {import('../page/icons.js').IconName} */ name, /** @type {string} */ text, /** @type {() => void} */ onclick) =>
    h('button', { class: 'icon-button', type: 'button', 'aria-label': text, onclick }, icon(name));
  const back = symbol('back', 'Back', () => {
    way.pop();
    void show();
  });
  const dialog = h(
    'dialog',
    { class: 'similar', 'aria-labelledby': title.id },
    h('div', { class: 'similar-head' }, back, title, symbol('close', 'Close', () => dialog.close())),
    content,
  );

  /** @param {Similar} ware */
  const line = (ware) => {
    const name = spoken(`: ${ware.title}`);
    const noted = h(
      'button',
      {
        class: 'text-button',
        type: 'button',
        onclick: async () => {
          if (noted.ariaDisabled === 'true') return;
          noted.ariaDisabled = 'true';
          await bought(ware);
          noted.replaceChildren(icon('done'), 'Noted', name);
        },
      },
      'Bought',
      name,
    );
    const more = () => {
      way.push(ware);
      void show();
    };
    return h(
      'li',
      { class: 'similar-line', 'data-id': ware.item_id },
      picture(ware),
      h('h3', { class: 'similar-name' }, ware.title),
      priceTag(ware),
      gauge('Relevance', ware.relevance_score, ofOne),
      h(
        'div',
        { class: 'similar-acts' },
        h('button', { class: 'text-button', type: 'button', onclick: more }, 'More like this', spoken(`: ${ware.title}`)),
        noted,
      ),
    );
  };

  const show = async () => {
    const ware = way[way.length - 1];
    back.hidden = way.length === 1;
    title.textContent = `Similar to ${ware.title}`;
    title.focus({ preventScroll: true });
    content.setAttribute('aria-busy', 'true');
    const found = await ask.similar(ware.item_id).catch((error) => /** @type {Error} */ (error));
    if (ware !== way[way.length - 1]) return;
    content.setAttribute('aria-busy', 'false');
    if (found instanceof Error) return content.replaceChildren(h('p', { class: 'similar-none', role: 'alert' }, found.message));
    content.replaceChildren(
      found.length > 0 ? h('ol', {}, found.map(line)) : h('p', { class: 'similar-none' }, 'Nothing is like it in what people bought.'),
    );
    say(`${found.length} similar.`);
  };

  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (opener?.isConnected) opener.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  void show();
}
