/**
 * The questions, one at a time. What is asked comes from the bundle: each dimension is a step, the region is the last.
 */
import { art } from './art.js';
import { h } from './dom.js';
import { label } from './format.js';
import { icon } from './icons.js';
import { guessedRegion, regions } from './regions.js';

/**
 * @typedef {{name: string, input: string, label: string, side: string, many: boolean, values: string[]}} Dimension
 * @typedef {Record<string, any>} Answers
 * @typedef {{dimension: Dimension|null, input: string, title: string, hint: string}} Step
 */

/** @param {Dimension[]} dimensions @returns {Step[]} */
export function stepsOf(dimensions) {
  const steps = dimensions.map((dimension) => {
    const name = dimension.label.toLowerCase();
    const title = dimension.many ? `Which ${name} do you like?` : `What’s your ${name}?`;
    return {
      dimension,
      input: dimension.input,
      title,
      hint: dimension.many ? 'Choose as many as you want.' : 'Choose one.',
    };
  });
  return [
    ...steps,
    { dimension: null, input: 'region', title: 'Where are you?', hint: 'Optional. It stays on this device.' },
  ];
}

/** @param {Step} step @param {Dimension} dimension @param {Answers} answers */
function choices(step, dimension, answers) {
  const chosen = new Set([answers[step.input] ?? []].flat());
  const type = dimension.many ? 'checkbox' : 'radio';
  const pictured = dimension.side === 'item';
  const one = (/** @type {string} */ value) =>
    h(
      'label',
      { class: pictured ? 'choice choice-art' : 'choice' },
      h('input', { type, name: step.input, value, checked: chosen.has(value) }),
      h(
        'span',
        { class: 'choice-face' },
        pictured ? h('span', { class: 'choice-picture' }, art(value, '')) : null,
        h('span', { class: 'choice-text' }, label(value)),
        h('span', { class: 'choice-mark' }, icon('done')),
      ),
    );
  return h('div', { class: pictured ? 'choices choices-art' : 'choices' }, dimension.values.map(one));
}

/** @param {Answers} answers */
function regionField(answers) {
  const chosen = answers.region ?? guessedRegion();
  return h(
    'div',
    { class: 'field' },
    h('label', { class: 'field-label', for: 'region' }, 'Country'),
    h(
      'div',
      { class: 'select-frame' },
      icon('down'),
      h(
        'select',
        { id: 'region', class: 'select', name: 'region' },
        h('option', { value: '' }, 'I’d rather not say'),
        regions().map(({ code, name }) => h('option', { value: code, selected: code === chosen }, name)),
      ),
    ),
  );
}

/** Read what is chosen in a form. @param {Step} step @param {HTMLFormElement} form @returns {any} */
function read(step, form) {
  const values = new FormData(form).getAll(step.input).map(String).filter(Boolean);
  return step.dimension?.many ? values : (values[0] ?? null);
}

/** @type {HTMLElement|null} drawn once for all steps */
let drawn = null;

/** @param {Dimension[]} dimensions art above the questions, beside them on a wide screen */
function poster(dimensions) {
  if (drawn) return drawn;
  const pictured = dimensions.find((dimension) => dimension.side === 'item');
  const values = pictured?.values.length ? pictured.values : ['a', 'b', 'c', 'd', 'e', 'f'];
  const tiles = Array.from({ length: 9 }, (_, i) =>
    h('div', { class: 'poster-tile' }, art(values[i % values.length], `poster ${i}`)),
  );
  drawn = h('div', { class: 'poster', 'aria-hidden': 'true' }, tiles);
  return drawn;
}

/**
 * @param {{steps: Step[], at: number, answers: Answers, intro: string, error?: string|null, cancel: (() => void)|null,
 *   go: (at: number) => void, finish: () => void}} context answers are written into `answers`
 */
export function stepView({ steps, at, answers, intro, error = null, cancel, go, finish }) {
  const step = steps[at];
  const last = at === steps.length - 1;
  const problem = h('p', { class: 'problem', id: 'problem', role: 'alert' }, error);
  const form = h(
    'form',
    { class: 'step', novalidate: true },
    h(
      'div',
      { class: 'progress', role: 'img', 'aria-label': `Step ${at + 1} of ${steps.length}` },
      steps.map((_, i) => h('span', { class: i <= at ? 'progress-part progress-reached' : 'progress-part' })),
    ),
    h(
      'fieldset',
      { class: 'question', 'aria-describedby': 'hint problem' },
      h('legend', {}, h('h1', { class: 'question-title', tabindex: '-1', id: 'heading' }, step.title)),
      h('p', { class: 'hint', id: 'hint' }, at === 0 ? intro : step.hint),
      step.dimension ? choices(step, step.dimension, answers) : regionField(answers),
      problem,
    ),
    h(
      'div',
      { class: 'step-actions' },
      at > 0 || cancel
        ? h(
            'button',
            { class: 'button button-quiet', type: 'button', onclick: () => (at > 0 ? go(at - 1) : cancel?.()) },
            icon(at > 0 ? 'back' : 'close'),
            at > 0 ? 'Back' : 'Cancel',
          )
        : h('span', { class: 'step-promise' }, icon('shield'), 'Stays on this device'),
      h('button', { class: 'button button-main', type: 'submit' }, last ? 'Show my list' : 'Continue', icon('next')),
    ),
  );
  form.addEventListener('change', () => (problem.textContent = ''));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const value = read(step, form);
    answers[step.input] = value;
    if (step.dimension && (value === null || value.length === 0)) {
      problem.textContent = step.dimension.many ? 'Choose at least one to go on.' : 'Choose one to go on.';
      form.querySelector('input')?.focus();
      return;
    }
    if (last) finish();
    else go(at + 1);
  });
  return h(
    'div',
    { class: step.dimension?.side === 'item' ? 'onboarding onboarding-full' : 'onboarding' },
    poster(steps.flatMap((one) => one.dimension ?? [])),
    form,
  );
}
