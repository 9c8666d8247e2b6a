/** The dock of a phone: it opens the panels as sheets. */
import { byId, h } from './dom.js';
import { icon } from './icons.js';

/** @typedef {import('./icons.js').IconName} IconName */

/**
 * The dock of a phone: opens one sheet at a time; Escape and a second press close it.
 * @param {{panel: HTMLElement, name: string, symbol: IconName}[]} panels
 * @param {{name: string, symbol: IconName, act: () => void}} last a button beside them that opens no sheet
 */
export function dock(panels, last) {
  const bar = byId('dock');
  /** @type {[HTMLElement, HTMLButtonElement][]} */
  const pairs = panels.map(({ panel, name, symbol }) => {
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
    h(
      'button',
      { class: 'dock-button', type: 'button', onclick: last.act },
      icon(last.symbol),
      h('span', {}, last.name),
    ),
  );
  bar.hidden = false;
}
