/** "How many?": opens below a card when something was bought; the number has buttons as large as a thumb. */
import { h } from '../page/dom.js';

const MOST = 9999;

/** @param {string} title @param {(quantity: number) => void} done @param {() => void} cancel */
export function quantityForm(title, done, cancel) {
  const input = h('input', {
    class: 'howmany-number',
    type: 'number',
    inputmode: 'numeric',
    min: 1,
    max: MOST,
    step: 1,
    value: 1,
    required: true,
    'aria-label': `How many of ${title}?`,
  });
  const step = (/** @type {1|-1} */ way, /** @type {string} */ name) =>
    h(
      'button',
      {
        class: 'icon-button howmany-step',
        type: 'button',
        'aria-label': name,
        onclick: () => (input.value = String(Math.max(1, Math.min(MOST, (Number(input.value) || 1) + way)))),
      },
      way > 0 ? '+' : '−',
    );
  const form = h(
    'form',
    { class: 'howmany' },
    h('span', { 'aria-hidden': 'true' }, 'How many?'),
    h('span', { class: 'howmany-field' }, step(-1, 'One fewer'), input, step(1, 'One more')),
    h('button', { class: 'button button-main howmany-go', type: 'submit' }, 'Note it'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    done(Number(input.value));
  });
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    event.preventDefault();
    cancel();
  });
  return { form, focus: () => (input.focus(), input.select()) };
}
