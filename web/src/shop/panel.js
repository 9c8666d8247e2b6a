/** The encoder, which is the largest thing that is kept here, and the way to the insights. */
import { h } from '../page/dom.js';
import { megabytes } from '../page/format.js';
import { say, warn } from '../page/frame.js';

/** @param {import('./meaning.js').Meaning} meaning @param {() => Promise<void>} again */
function encoder(meaning, again) {
  const size = megabytes(meaning.bytes);
  const remove = () =>
    void meaning
      .remove()
      .then(again)
      .then(() => say(`The encoder is gone; ${size} are free.`), warn);
  return h(
    'section',
    { class: 'panel', 'aria-labelledby': 'encoder-title' },
    h('h2', { class: 'panel-title', id: 'encoder-title' }, 'Search by meaning'),
    h(
      'p',
      { class: 'panel-text' },
      meaning.kept
        ? `The encoder is on this device and takes ${size}. Without it the search goes by words.`
        : `The encoder is not here. It comes once, ${size}, when you first search by meaning.`,
    ),
    meaning.kept ? h('button', { class: 'button button-quiet', type: 'button', onclick: remove }, `Remove the encoder (${size})`) : null,
  );
}

/** @param {import('./meaning.js').Meaning|null} meaning @param {() => Promise<void>} again @param {import('./stages.js').Tools['icon']} icon */
export function encoderPanel(meaning, again, icon) {
  const insights = h('a', { class: 'button button-quiet', href: new URL('insights.html', document.baseURI).href }, icon('why'), 'What became of your recommendations');
  return [meaning && encoder(meaning, again), h('p', {}, insights)];
}
