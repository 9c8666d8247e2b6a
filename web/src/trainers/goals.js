/** The goal: asked in full on a first visit, a strip of chips above the list afterwards. */
import { art } from '../page/art.js';
import { h } from '../page/dom.js';
import { label } from '../page/format.js';
import { icon } from '../page/icons.js';
import { fieldOf, portrait } from './portrait.js';

const LONGEST = 200;

/** Bytes, because the core counts them. @param {string} text */
const fits = (text) => new TextEncoder().encode(text).length <= LONGEST;

/** @param {string[]} goals */
function poster(goals) {
  const kinds = goals.length ? goals : ['a', 'b', 'c'];
  return h(
    'div',
    { class: 'poster', 'aria-hidden': 'true' },
    Array.from({ length: 9 }, (_, i) => h('div', { class: 'poster-tile' }, portrait(`poster ${i}`, fieldOf(kinds[i % kinds.length])))),
  );
}

/**
 * @param {{goals: string[], goal: string|null, cancel: (() => void)|null, choose: (goal: string) => void}} context
 *   `choose('')`: no goal
 */
export function goalView({ goals, goal, cancel, choose }) {
  const known = goals.includes(goal ?? '');
  const problem = h('p', { class: 'problem', id: 'problem', role: 'alert' });
  const other = h('input', {
    class: 'text-field',
    id: 'other',
    name: 'other',
    type: 'text',
    autocomplete: 'off',
    placeholder: 'For example: run a marathon',
    'aria-describedby': 'problem',
    value: known ? '' : (goal ?? ''),
  });
  const tiles = goals.map((value) =>
    h(
      'label',
      { class: 'choice choice-art' },
      h('input', { type: 'radio', name: 'goal', value, checked: value === goal }),
      h(
        'span',
        { class: 'choice-face' },
        h('span', { class: 'choice-picture' }, art(fieldOf(value), '')),
        h('span', { class: 'choice-text' }, label(value)),
        h('span', { class: 'choice-mark' }, icon('done')),
      ),
    ),
  );
  const form = h(
    'form',
    { class: 'step goal-step', novalidate: true },
    h(
      'fieldset',
      { class: 'question', 'aria-describedby': 'hint' },
      h('legend', {}, h('h1', { class: 'question-title', tabindex: '-1', id: 'heading' }, 'What are you working towards?')),
      h('p', { class: 'hint', id: 'hint' }, 'One answer, then five trainers for it. It stays on this device.'),
      tiles.length ? h('div', { class: 'choices choices-art' }, tiles) : null,
      h(
        'div',
        { class: 'other' },
        h('label', { class: 'field-label', for: 'other' }, tiles.length ? 'Something else' : 'Your goal'),
        other,
      ),
      problem,
    ),
    h(
      'div',
      { class: 'step-actions' },
      cancel
        ? h('button', { class: 'button button-quiet', type: 'button', onclick: cancel }, icon('close'), 'Cancel')
        : h('button', { class: 'button button-quiet', type: 'button', onclick: () => choose('') }, 'Just show me'),
      h('button', { class: 'button button-main', type: 'submit' }, 'Show trainers', icon('next')),
    ),
  );
  const radios = () => /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll('input[name=goal]')]);
  other.addEventListener('input', () => {
    problem.textContent = '';
    if (other.value.trim()) for (const radio of radios()) radio.checked = false;
  });
  form.addEventListener('change', (event) => {
    problem.textContent = '';
    if (event.target !== other) other.value = '';
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const chosen = other.value.trim() || radios().find((radio) => radio.checked)?.value || '';
    if (chosen && fits(chosen)) return choose(chosen);
    problem.textContent = chosen ? 'Say it in fewer words.' : 'Choose one, or write your own.';
    (chosen || radios().length === 0 ? other : radios()[0]).focus();
  });
  return h('div', { class: 'onboarding onboarding-full' }, poster(goals), form);
}

/**
 * @param {{goals: string[], goal: string|null, choose: (goal: string) => void, edit: () => void}} context
 */
export function goalStrip({ goals, goal, choose, edit }) {
  const values = goal && !goals.includes(goal) ? [goal, ...goals] : goals;
  const chip = (/** @type {string} */ value, /** @type {string} */ text) => {
    const input = h('input', { type: 'radio', name: 'strip', value, checked: value === (goal ?? '') });
    input.addEventListener('change', () => input.checked && choose(value));
    return h('label', { class: 'goal-chip' }, input, h('span', { class: 'goal-face' }, text));
  };
  return h(
    'div',
    { class: 'goal-strip' },
    h(
      'fieldset',
      { class: 'goal-chips' },
      h('legend', { class: 'visually-hidden' }, 'Your goal'),
      values.map((value) => chip(value, label(value))),
      chip('', 'Any goal'),
    ),
    h('button', { class: 'text-button goal-edit', type: 'button', onclick: edit }, icon('tune'), h('span', {}, 'Other goal')),
  );
}
