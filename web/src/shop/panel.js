/** What is kept to understand words, which is the largest thing on this device, and the way to the insights. */
import { h } from '../page/dom.js';
import { megabytes } from '../page/format.js';
import { say, warn } from '../page/frame.js';

/** @typedef {{kept: boolean, bytes: number, remove(): Promise<void>}} Kept the encoder, or the cross-encoder */

/**
 * @param {Kept} one @param {{id: string, title: string, name: string, without: string, when: string}} about what it is called, what happens without
 *   it, when it comes @param {() => Promise<void>} again
 */
function section(one, { id, title, name, without, when }, again) {
  const size = megabytes(one.bytes);
  const remove = () =>
    void one
      .remove()
      .then(again)
      .then(() => say(`The ${name} is gone; ${size} are free.`), warn);
  return h(
    'section',
    { class: 'panel', 'aria-labelledby': id },
    h('h2', { class: 'panel-title', id }, title),
    h(
      'p',
      { class: 'panel-text' },
      one.kept ? `The ${name} is on this device and takes ${size}. ${without}` : `The ${name} is not here. It comes once, ${size}, ${when}`,
    ),
    one.kept ? h('button', { class: 'button button-quiet', type: 'button', onclick: remove }, `Remove the ${name} (${size})`) : null,
  );
}

const ENCODER = {
  id: 'encoder-title',
  title: 'Search by meaning',
  name: 'encoder',
  without: 'Without it the search goes by words.',
  when: 'when you first search by meaning.',
};
const CROSS_ENCODER = {
  id: 'cross-encoder-title',
  title: 'A finer order',
  name: 'cross-encoder',
  without: 'Without it lists keep the order that they come in.',
  when: 'when you load it below a list.',
};

/** @param {Kept|null} meaning @param {Kept|null} finer @param {() => Promise<void>} again @param {import('./stages.js').Tools['icon']} icon */
export function encoderPanel(meaning, finer, again, icon) {
  const insights = h('a', { class: 'button button-quiet', href: new URL('insights.html', document.baseURI).href }, icon('why'), 'What became of your recommendations');
  return [meaning && section(meaning, ENCODER, again), finer && section(finer, CROSS_ENCODER, again), h('p', {}, insights)];
}
