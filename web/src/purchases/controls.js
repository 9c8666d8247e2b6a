/** The model, and what narrows the list. Built once: the list changes beside them while the focus stays here. */
import { h } from '../page/dom.js';
import { modelName } from './ask.js';
import { priceOf } from './places.js';

/** @typedef {import('./places.js').Picks} Picks @typedef {import('./ask.js').Model} Model */

/** @param {Model[]} models @param {Picks} place @param {(change: Partial<Picks>) => void} change */
function modelChoice(models, place, change) {
  const now = h('p', { class: 'model-now', 'aria-hidden': 'true' });
  const chosen = models.find(({ name }) => name === place.model) ?? models[0];
  const choose = (/** @type {Model} */ model) => (now.textContent = model.description);
  choose(chosen);
  return h(
    'fieldset',
    { class: 'models' },
    h('legend', { class: 'till-label' }, 'Ranked by'),
    models.map((model, at) => {
      const text = h('span', { class: 'model-text', id: `model-${at}` }, model.description);
      const input = h('input', {
        type: 'radio',
        name: 'model',
        value: model.name,
        checked: model === chosen,
        'aria-describedby': text.id,
        onchange: () => {
          choose(model);
          change({ model: at === 0 ? null : model.name });
        },
      });
      return h('div', { class: 'model' }, h('label', { class: 'model-face' }, input, h('span', { class: 'model-name' }, modelName(model.name))), text);
    }),
    now,
  );
}

/** @param {Picks} place @param {(change: Partial<Picks>) => void} change */
function priceRange(place, change) {
  const problem = h('p', { class: 'problem', id: 'price-problem', role: 'alert' });
  const field = (/** @type {string} */ text, /** @type {number|null} */ value) =>
    h('input', {
      class: 'price-field',
      type: 'number',
      inputmode: 'decimal',
      min: 0,
      step: 'any',
      value: value ?? '',
      placeholder: 'any',
      'aria-label': text,
      'aria-describedby': problem.id,
    });
  const from = field('Price from', place.minimum);
  const to = field('Price up to', place.maximum);
  const look = () => {
    const minimum = priceOf(from.value);
    const maximum = priceOf(to.value);
    const wrong = minimum !== null && maximum !== null && minimum > maximum;
    for (const input of [from, to]) input.setAttribute('aria-invalid', String(wrong));
    problem.textContent = wrong ? 'The first price must not be above the second.' : '';
    if (!wrong) change({ minimum, maximum });
  };
  for (const input of [from, to]) input.addEventListener('change', look);
  return h(
    'fieldset',
    { class: 'prices' },
    h('legend', { class: 'till-label' }, 'Price'),
    h('div', { class: 'price-row' }, from, h('span', { 'aria-hidden': 'true' }, 'to'), to),
    problem,
  );
}

/** @param {Model[]} models @param {Picks} place @param {(change: Partial<Picks>) => void} change */
export function controls(models, place, change) {
  const box = h('input', {
    type: 'checkbox',
    role: 'switch',
    checked: place.unseen,
    onchange: () => change({ unseen: box.checked }),
  });
  return h(
    'section',
    { class: 'controls', 'aria-label': 'What to show' },
    modelChoice(models, place, change),
    h('label', { class: 'only' }, box, h('span', {}, 'Only what I have not bought')),
    priceRange(place, change),
  );
}
