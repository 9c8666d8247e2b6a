/** One line above the results: whether the meaning of the words counts, what that takes, and what came of it. */
import { h } from '../page/dom.js';
import { megabytes } from '../page/format.js';
import { say, warn } from '../page/frame.js';

/** @typedef {import('./meaning.js').Meaning} Meaning */

/** @param {string} text @param {() => void} act */
const button = (text, act) => h('button', { class: 'text-button', type: 'button', onclick: act }, text);

/** Ends what the strip of the search before was told. */
let stop = () => {};

/** @param {Meaning} meaning @param {() => void} again looks for the meaning of the query once more @param
 *   {import('./stages.js').Tools['icon']} icon */
export function strip(meaning, again, icon) {
  /** @param {string} text @param {...Node} more */
  const line = (text, ...more) => [icon('spark'), h('span', { class: 'strip-text' }, text), ...more];
  const element = h('div', { class: 'strip', tabindex: '-1' });
  const size = megabytes(meaning.bytes);
  const bar = h('progress', { class: 'strip-bar', max: meaning.bytes, 'aria-label': 'Loading the encoder' });
  const start = () => {
    meaning.allow();
    if (meaning.mode === 'words') meaning.mode = 'both';
    again();
  };
  const remove = () =>
    void meaning.remove().then(() => {
      say(`The encoder is gone; ${size} are free.`);
    }, warn);
  /** @type {HTMLElement|null} its text alone changes while bytes come */
  let counting = null;
  const draw = () => {
    const had = element.contains(document.activeElement);
    put();
    // Who has pressed a button that is gone now goes on from here.
    if (had && !element.contains(document.activeElement)) element.focus({ preventScroll: true });
  };
  const put = () => {
    const { stage, done, why, mode } = meaning;
    element.dataset.stage = stage;
    bar.value = done;
    const count = `Loading the encoder: ${megabytes(done, false)} of ${size}, once`;
    if (stage === 'loading' && counting?.isConnected) return void (counting.textContent = count);
    if (stage === 'loading') {
      element.replaceChildren(...line(count, bar));
      counting = element.querySelector('.strip-text');
      return;
    }
    counting = null;
    if (stage === 'failed') element.replaceChildren(...line(`Searched by words. ${why}`, button('Try again', start)));
    else if (stage === 'saving')
      element.replaceChildren(...line('Searched by words: your browser asks to save data.', button(`Load ${size} all the same`, start)));
    else if (!meaning.kept && mode === 'words')
      element.replaceChildren(...line('Searched by words.', button(`By meaning too (${size}, once)`, start)));
    else if (mode === 'words')
      element.replaceChildren(...line('Searched by words; the encoder is on this device.', button(`Remove it (${size})`, remove)));
    else
      element.replaceChildren(
        ...line(mode === 'both' ? 'Searched by words and meaning, on this device.' : 'Searched by meaning, on this device.', button(`Remove the encoder (${size})`, remove)),
      );
  };
  draw();
  let before = meaning.stage;
  // Only the newest strip is told: those of earlier searches have left the page.
  stop();
  stop = meaning.subscribe(() => {
    if (meaning.stage === 'failed' && before !== 'failed' && element.isConnected) say(`Searched by words. ${meaning.why}`);
    before = meaning.stage;
    draw();
  });
  return element;
}
