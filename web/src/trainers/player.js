/**
 * A short introduction, drawn from the trainer's own facts: no foreign video, nothing to load. What counts as watched is
 * the time that was really played; moving the slider forward is not watching.
 */
import { h, reducedMotion } from '../page/dom.js';
import { icon } from '../page/icons.js';
import { factsOf, statsOf, storiesOf, tagsOf } from './columns.js';
import { kindOf, portrait } from './portrait.js';

/** @typedef {import('./columns.js').Trainer} Trainer */

export const SECONDS = 12;
const SLICES = 48;
/** Milliseconds that one picture may take; more was not looked at: the page was hidden. */
const LONGEST_STEP = 250;

/** @param {number} seconds */
const clock = (seconds) => `0:${String(Math.floor(seconds)).padStart(2, '0')}`;

/** What is said, one sentence a scene. @param {Trainer} item @returns {string[]} */
function scenes(item) {
  const first = item.title.split(/\s+/)[0];
  const tags = tagsOf(item).slice(0, 3).map((tag) => tag.toLowerCase());
  const stats = statsOf(item).slice(0, 2).map(({ name, value }) => `${name.toLowerCase()} ${value}`);
  const story = storiesOf(item)[0]?.match(/^[^.!?]{1,110}[.!?]?/)?.[0];
  return [
    `Hi, I’m ${first}.`,
    tags.length ? `I work on ${tags.join(tags.length === 2 ? ' and ' : ', ')}.` : (factsOf(item)[0] ?? 'I train people like you.'),
    story ?? (stats.length ? `In numbers: ${stats.join(', ')}.` : 'I look after people week after week.'),
    'See you at the first session!',
  ];
}

/**
 * @param {Trainer} item
 * @param {(share: number) => void} report gets the share that was watched, once: at the end, or when the player closes
 */
export function player(item, report) {
  const said = scenes(item);
  /** @type {Set<number>} slices of the time that were played */
  const played = new Set();
  let at = 0;
  let playing = false;
  let reported = false;
  let frame = 0;
  let before = 0;

  const caption = h('p', { class: 'intro-caption' });
  const time = h('span', { class: 'intro-time' });
  const slider = h('input', {
    class: 'slider intro-slider',
    type: 'range',
    min: 0,
    max: SECONDS,
    step: 0.25,
    'aria-label': 'Position in the intro',
  });
  slider.value = '0';
  const symbol = h('span', { class: 'intro-symbol' }, icon('play'));
  const button = h('button', { class: 'intro-button', type: 'button', 'aria-label': 'Watch the intro', onclick: () => toggle() }, symbol);
  const screen = h('div', { class: 'intro-screen', onclick: (/** @type {Event} */ event) => event.target !== button && !button.contains(/** @type {Node} */ (event.target)) && toggle() }, portrait(item.id, kindOf(item), true), h('div', { class: 'intro-shade' }), caption, button);
  const element = h(
    'section',
    { class: 'intro', 'aria-label': `Intro of ${item.title}` },
    screen,
    h('div', { class: 'intro-bar' }, slider, time),
  );

  const share = () => played.size / SLICES;
  const draw = () => {
    const scene = Math.min(said.length - 1, Math.floor((at / SECONDS) * said.length));
    if (caption.textContent !== said[scene]) {
      caption.textContent = said[scene];
      if (playing && !reducedMotion())
        caption.animate([{ opacity: 0, transform: 'translateY(8px)' }, { opacity: 1, transform: 'none' }], { duration: 320, easing: 'ease-out' });
    }
    element.style.setProperty('--played', reducedMotion() ? '0' : (at / SECONDS).toFixed(4));
    slider.style.setProperty('--at', (at / SECONDS).toFixed(4));
    slider.setAttribute('aria-valuetext', `${clock(at)} of ${clock(SECONDS)}`);
    time.textContent = `${clock(at)} / ${clock(SECONDS)}`;
  };
  const finish = () => {
    if (reported || played.size === 0) return;
    reported = true;
    report(Math.round(share() * 1000) / 1000);
  };
  /** @param {number} now */
  const step = (now) => {
    const from = at;
    at = Math.min(SECONDS, at + Math.max(0, Math.min(LONGEST_STEP, now - before)) / 1000);
    before = now;
    for (let slice = Math.floor((from / SECONDS) * SLICES); slice < Math.min(SLICES, (at / SECONDS) * SLICES); slice++) played.add(slice);
    slider.value = String(at);
    draw();
    if (at >= SECONDS) {
      pause();
      finish();
    } else frame = requestAnimationFrame(step);
  };
  const show = () => {
    element.classList.toggle('intro-playing', playing);
    symbol.replaceChildren(icon(playing ? 'pause' : 'play'));
    button.setAttribute('aria-label', playing ? 'Pause the intro' : at >= SECONDS ? 'Watch the intro again' : 'Watch the intro');
  };
  const pause = () => {
    cancelAnimationFrame(frame);
    playing = false;
    show();
  };
  const play = () => {
    if (at >= SECONDS) at = 0;
    playing = true;
    before = performance.now();
    show();
    frame = requestAnimationFrame(step);
  };
  const toggle = () => (playing ? pause() : play());
  slider.addEventListener('input', () => {
    at = Number(slider.value);
    draw();
    if (!playing) show();
  });
  draw();
  return {
    element,
    play,
    /** The player is gone: what was watched counts now. */
    close() {
      pause();
      finish();
    },
  };
}
