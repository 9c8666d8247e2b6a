/**
 * A drawing for each trainer, cut from coloured paper: the first speciality chooses the colours and what is behind, the id
 * the head and shoulders. Nobody is portrayed: colours are the speciality's, not a person's.
 */
import { generator, hash, learn, relight, styleOf } from '../page/art.js';
import { s } from '../page/dom.js';
import { tagsOf } from './columns.js';

/** @typedef {import('../page/art.js').Palette} Palette */

/**
 * Fields of work, however they are called, with colours and motif. What fits none gets its own from its name.
 * @type {[RegExp, string, [string, string, string, string, string]][]}
 */
const FIELDS = [
  [/weight|fat|slim|lean\b(?!.*muscle)/, 'weight loss', ['hills', '#f8e0c6', '#e58a4e', '#7b3320', '#fbc66a']],
  [/muscle|hypertrophy|bodybuild|strength|power/, 'muscle gain', ['plates', '#dcdfec', '#e9845b', '#2d3460', '#b9c0df']],
  [/back|spine|posture/, 'back pain', ['bars', '#e0ecd9', '#82ad6c', '#2f5437', '#f4c57d']],
  [/rehab|physio|injur|recover/, 'rehab', ['petals', '#d9e8e4', '#68a596', '#20504a', '#f3b98c']],
  [/flexib|mobility|stretch/, 'flexibility', ['ribbon', '#ede3f2', '#a583bd', '#523069', '#f2c48a']],
  [/endur|stamina|marathon|running|cardio/, 'endurance', ['lanes', '#d7e9f3', '#4b97c4', '#1b4a78', '#ffc667']],
  [/stress|mindful|relax|sleep/, 'stress relief', ['orbit', '#e5e2f2', '#8a80c3', '#3d3676', '#f4c893']],
  [/natal|pregnan/, 'prenatal fitness', ['waves', '#fbe1dd', '#e3897f', '#7e3540', '#f7cd92']],
  [/balance|senior|health/, 'health', ['wheel', '#eae8d6', '#a9a352', '#55501f', '#f0b87a']],
  [/box|sport|perform|functional/, 'sport', ['impact', '#fadcc9', '#e25c3c', '#7c2420', '#fdc566']],
  [/nutri|food|diet/, 'nutrition', ['petals', '#e9efcf', '#9db54c', '#4a5a1c', '#f5c46b']],
];
learn(Object.fromEntries(FIELDS.map(([, name, style]) => [name, style])));

/** The field of a speciality or goal, for its drawing. @param {string} text */
export const fieldOf = (text) => FIELDS.find(([pattern]) => pattern.test(text.toLowerCase()))?.[1] ?? text;

/** @param {string} d @param {string} fill */
const cut = (d, fill) => s('path', { d, fill });

/** Hair as one piece of paper over a head of radius 27 at (100, 92). @type {((colour: string) => SVGElement[])[]} */
const HAIR = [
  (colour) => [cut('M71 93C66 58 84 56 101 57c21 1 33 10 29 37-4-16-13-20-23-22-14 5-28 4-36 21z', colour)],
  (colour) => [cut('M72 98c-9-44 20-46 29-46 17 0 37 9 27 46 12 26-4 33-9 34-1-14 0-32-4-50-10 1-29 0-34-8-5 20-1 40-1 59-9-3-16-13-8-35z', colour)],
  (colour) => [
    s('circle', { cx: 100, cy: 49, r: 15, fill: colour }),
    cut('M72 94c-3-27 12-35 28-35s31 8 28 35c-5-13-13-19-28-19s-23 6-28 19z', colour),
  ],
  (colour) => [
    ...[
      [77, 78, 13],
      [88, 66, 14],
      [104, 62, 15],
      [119, 70, 13],
      [126, 83, 11],
      [73, 90, 9],
    ].map(([cx, cy, r]) => s('circle', { cx, cy, r, fill: colour })),
  ],
  (colour) => [cut('M73 86c1-17 12-27 27-27s26 10 27 27c-9-7-17-9-27-9s-18 2-27 9z', colour)],
  (colour) => [
    cut('M72 92c-5-29 13-36 28-36s33 7 28 36c-3-12-9-17-14-19-13 4-31 3-42 19z', colour),
    cut('M126 76c18 4 23 22 17 44-3-9-9-19-18-25z', colour),
  ],
];

/** @type {((colour: string) => SVGElement[])[]} the neckline of what is worn */
const COLLARS = [
  (colour) => [cut('M80 134c6 14 34 14 40 0l6 3c-6 22-46 22-52 0z', colour)],
  (colour) => [cut('M78 134l22 27 22-27 7 4-29 36-29-36z', colour)],
  (colour) => [cut('M84 126h32v16c-8 7-24 7-32 0z', colour)],
  () => [],
];

/** @param {() => number} random @param {Palette} palette */
function bust(random, { ground, main, deep, light }) {
  const pick = (/** @type {any[]} */ list) => list[Math.floor(random() * list.length)];
  const skin = pick([light, ground, light]);
  const lean = (random() - 0.5) * 10;
  const width = 50 + random() * 12;
  return s(
    'g',
    { transform: `translate(0 14) rotate(${lean.toFixed(1)} 100 190)` },
    cut(`M${100 - width} 214C${98 - width} 158 ${112 - width} 143 84 136h32C${88 + width} 143 ${102 + width} 158 ${100 + width} 214z`, deep),
    cut('M87 106h26v32c-6 9-20 9-26 0z', skin),
    s('ellipse', { cx: 100, cy: 92, rx: 26, ry: 31, fill: skin }),
    ...pick(COLLARS)(main),
    ...pick(HAIR)(deep),
  );
}

/** The speciality a trainer is drawn from. @param {import('./columns.js').Trainer} item */
export const kindOf = (item) => fieldOf(tagsOf(item)[0] ?? 'trainer');

/** The same again, mirrored at both sides: for pictures that are wider than high. @param {SVGElement} behind */
function widen(behind) {
  return [0, 400].map((x) => {
    const mirrored = s('g', { transform: `translate(${x} 0) scale(-1 1)` });
    mirrored.append(behind.cloneNode(true));
    return mirrored;
  });
}

/** @param {string} id @param {string} kind @param {boolean} [wide] */
export function portrait(id, kind, wide = false) {
  const { motif, palette: base } = styleOf(kind);
  const random = generator(hash(`${kind} ${id}`));
  const palette = random() < 0.62 ? base : relight(base, 0.7);
  // A picture of its own, so that it ends at its edges.
  const behind = s('svg', { width: 200, height: 200, viewBox: '0 0 200 200' }, ...motif(random, palette));
  return s(
    'svg',
    {
      class: 'art',
      viewBox: wide ? '-60 18 320 184' : '10 10 180 180',
      preserveAspectRatio: 'xMidYMid slice',
      'aria-hidden': 'true',
      focusable: 'false',
    },
    s('rect', { x: -200, y: -100, width: 600, height: 400, fill: palette.ground }),
    s('g', { class: 'art-behind', opacity: 0.55 }, behind, ...(wide ? widen(behind) : [])),
    bust(random, palette),
  );
}
