/** The icons, drawn on a grid of 24 with one stroke. */
import { s } from './dom.js';

const PATHS = {
  like: 'M12 20s-7.5-4.6-9.2-9.1C1.6 7.6 3.8 4.5 7 4.5c2 0 3.8 1.1 5 3 1.2-1.9 3-3 5-3 3.2 0 5.4 3.1 4.2 6.4C19.5 15.4 12 20 12 20z',
  dislike: 'M5.6 5.6l12.8 12.8M12 3.2a8.8 8.8 0 1 0 0 17.6 8.8 8.8 0 0 0 0-17.6z',
  done: 'M4.5 12.8l5 5L19.5 7',
  why: 'M4 20V10M10 20V4M16 20v-7M21 20H3',
  tune: 'M4 7h9M19 7h1M4 17h1M11 17h9M16 4.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8 14.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  person: 'M12 12.2a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.2c.7-3.7 3.7-5.4 7.5-5.4s6.8 1.7 7.5 5.4',
  shield: 'M12 3.2l7 2.6v5.4c0 4.4-2.9 7.8-7 9.6-4.1-1.8-7-5.2-7-9.6V5.8zM9 11.8l2.2 2.2 4-4.2',
  close: 'M6 6l12 12M18 6L6 18',
  back: 'M14.5 5l-7 7 7 7',
  forward: 'M9.5 5l7 7-7 7',
  next: 'M5 12h14M13 6l6 6-6 6',
  theme: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 3.5v17',
  down: 'M6 9.5l6 6 6-6',
  offline:
    'M3 3l18 18M8.5 16.5a5 5 0 0 1 7 0M5 13a10 10 0 0 1 4-2.4M19 13a10 10 0 0 0-6-2.9M2 9.5A15 15 0 0 1 6.5 6.6M22 9.5A15 15 0 0 0 11 5.1M12 20h.01',
  refresh: 'M20 5v5h-5M4 19v-5h5M19.4 10A8 8 0 0 0 5.6 7.6M4.6 14a8 8 0 0 0 13.8 2.4',
  play: 'M8 5.5v13l10.5-6.5z',
  pause: 'M8.5 5.5v13M15.5 5.5v13',
  spark: 'M12 3.5l1.9 5.6 5.6 1.9-5.6 1.9L12 18.5l-1.9-5.6L4.5 11l5.6-1.9zM19 16.5v4M17 18.5h4',
  up: 'M12 19V5M6 11l6-6 6 6',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.3 15.3L20.5 20.5',
  cart: 'M3.5 4.5h2.6l2.3 11h9.4l2.2-8H7M10 20h.01M17 20h.01',
  similar: 'M4 8.5h11.5V20H4zM8.5 8.5V4H20v11.5h-4.5',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2',
};

/** @typedef {keyof typeof PATHS} IconName */

/** @param {IconName} name */
export function icon(name) {
  const half =
    name === 'theme' ? s('path', { d: 'M12 4v16a8 8 0 0 0 0-16z', fill: 'currentColor', stroke: 'none' }) : null;
  return s(
    'svg',
    { class: `icon icon-${name}`, viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
    s('path', { d: PATHS[name] }),
    half,
  );
}
