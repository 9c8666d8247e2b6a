/**
 * A drawing for each item, made from its own attributes: the type chooses colours and motif, the id varies them. The
 * same
 * item always looks the same; a type nobody thought of gets a hue and a motif from its name.
 */
import { s } from './dom.js';

/** @typedef {{ground: string, main: string, deep: string, light: string}} Palette */
/** @typedef {(random: () => number, palette: Palette) => SVGElement[]} Motif */

/** @param {string} text a well-mixed 32-bit number (FNV-1a) */
export function hash(text) {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}

/** Numbers in [0, 1) from a seed (mulberry32). @param {number} seed */
export function generator(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** @param {number} cx @param {number} cy @param {number} r @param {string} fill @param {object} [more] */
const disc = (cx, cy, r, fill, more = {}) => s('circle', { cx, cy, r, fill, ...more });
/** @param {number} cx @param {number} cy @param {number} r @param {string} stroke @param {number} width */
const ring = (cx, cy, r, stroke, width) => s('circle', { cx, cy, r, fill: 'none', stroke, 'stroke-width': width });
/** @param {string} d @param {string} stroke @param {number} width @param {object} [more] */
const line = (d, stroke, width, more = {}) =>
  s('path', {
    d,
    fill: 'none',
    stroke,
    'stroke-width': width,
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
    ...more,
  });
/** @param {string} d @param {string} fill */
const shape = (d, fill) => s('path', { d, fill });

/** @type {Record<string, Motif>} */
const MOTIFS = {
  petals(random, { main, deep, light }) {
    const count = 5 + 2 * Math.floor(random() * 2);
    const spread = 26 + random() * 8;
    const base = 148 + random() * 10;
    const leaves = Array.from({ length: count }, (_, i) => {
      const angle = (i - (count - 1) / 2) * spread * (5 / count);
      return s('ellipse', {
        cx: 100,
        cy: base - 46,
        rx: 17,
        ry: 50,
        fill: Math.abs(angle) < 1 ? deep : main,
        opacity: Math.abs(angle) < 1 ? 1 : 0.78,
        transform: `rotate(${angle} 100 ${base})`,
      });
    });
    const order = leaves
      .map((leaf, i) => ({ leaf, away: Math.abs(i - (count - 1) / 2) }))
      .sort((a, b) => b.away - a.away);
    return [
      disc(100, 78 + random() * 14, 54, light),
      ...order.map(({ leaf }) => leaf),
      line(`M30 ${base + 2}H170`, deep, 5),
    ];
  },
  wheel(random, { main, deep, light }) {
    const turn = random() * 30;
    const x = 84 + random() * 30;
    const spokes = Array.from({ length: 12 }, (_, i) => {
      const angle = ((turn + i * 30) * Math.PI) / 180;
      return line(
        `M${x} 104L${(x + 58 * Math.cos(angle)).toFixed(1)} ${(104 + 58 * Math.sin(angle)).toFixed(1)}`,
        deep,
        2,
      );
    });
    return [
      disc(x, 104, 84, light),
      ring(x, 104, 60, deep, 9),
      ring(x, 104, 48, main, 5),
      ...spokes,
      disc(x, 104, 11, main),
      line(`M-10 ${168 + random() * 6}L210 ${158 + random() * 12}`, main, 9),
    ];
  },
  bars(random, { main, deep, light }) {
    const phase = random() * 6;
    const bars = Array.from({ length: 9 }, (_, i) => {
      const height = 30 + 62 * Math.abs(Math.sin(phase + i * (0.7 + random() * 0.12)));
      return line(`M${20 + i * 20} ${100 - height / 1.3}V${100 + height / 1.3}`, [main, deep, main][i % 3], 10);
    });
    return [disc(60 + random() * 80, 100, 62, light), ...bars];
  },
  hills(random, { main, deep, light }) {
    const sun = 50 + random() * 100;
    const a = 96 + random() * 16;
    const b = 128 + random() * 10;
    return [
      disc(sun, 74, 27, light),
      shape(`M-5 ${a + 12}C40 ${a - 34} 78 ${a - 22} 112 ${a + 8}S178 ${a - 10} 205 ${a - 18}V205H-5Z`, main),
      shape(`M-5 ${b + 6}C50 ${b - 30} 96 ${b + 26} 205 ${b - 22}V205H-5Z`, deep),
      line(`M${sun} 205C${sun + 44} 176 ${sun - 46} 158 ${sun + 8} ${b + 2}`, light, 6),
    ];
  },
  impact(random, { main, deep, light }) {
    const x = 90 + random() * 24;
    const y = 92 + random() * 16;
    const turn = random();
    const rays = Array.from({ length: 16 }, (_, i) => {
      const angle = ((i + turn) / 16) * 2 * Math.PI;
      const to = i % 2 ? 96 : 122;
      return line(
        `M${(x + 66 * Math.cos(angle)).toFixed(1)} ${(y + 66 * Math.sin(angle)).toFixed(1)}L${(x + to * Math.cos(angle)).toFixed(1)} ${(y + to * Math.sin(angle)).toFixed(1)}`,
        light,
        6,
      );
    });
    return [...rays, disc(x, y, 52, main), disc(x + 13, y + 10, 38, deep), disc(x + 5, y + 3, 17, light)];
  },
  plates(random, { main, deep, light }) {
    const sizes = [46 + random() * 12, 34 + random() * 8, 22];
    const y = 100;
    /** @param {number} side */
    const stack = (side) =>
      sizes.map((size, i) => {
        const x = 100 + side * (38 + i * 19);
        return s('rect', { x: x - 7, y: y - size, width: 14, height: size * 2, rx: 6, fill: [deep, main, deep][i] });
      });
    return [
      disc(100, 100, 74, light),
      line('M-10 100H210', deep, 6),
      line('M74 100H126', main, 10),
      ...stack(-1),
      ...stack(1),
    ];
  },
  ribbon(random, { main, deep, light }) {
    const lift = 24 + random() * 26;
    const turn = random() < 0.5 ? 1 : -1;
    const lines = Array.from({ length: 6 }, (_, i) => {
      const y = 58 + i * 17;
      return line(
        `M-20 ${y}C50 ${y - turn * lift} 90 ${y + turn * lift * 1.5} 220 ${y - turn * 14}`,
        [main, deep, light][i % 3],
        10,
      );
    });
    return [disc(turn > 0 ? 146 : 54, 62, 32, light), ...lines];
  },
  lanes(random, { main, deep, light }) {
    const x = 30 + random() * 30;
    const y = 176 - random() * 24;
    return [
      ...Array.from({ length: 6 }, (_, i) => ring(x, y, 42 + i * 24, [main, deep, light][i % 3], 13)),
      disc(x, y, 20, deep),
    ];
  },
  bolts(random, { main, deep, light }) {
    const step = 18 + random() * 18;
    const height = 8 + random() * 12;
    const gap = 26 + random() * 14;
    const turn = Math.floor(random() * 3);
    const zigzag = (/** @type {number} */ y, /** @type {string} */ colour, /** @type {number} */ width) => {
      const points = Array.from({ length: 15 }, (_, k) => `${-20 + k * step} ${y + (k % 2 ? height : -height)}`);
      return line(`M${points.join('L')}`, colour, width, { 'stroke-linecap': 'butt', 'stroke-linejoin': 'miter' });
    };
    return [
      disc(40 + random() * 120, 100, 50, light),
      ...Array.from({ length: 6 }, (_, i) =>
        zigzag(18 + i * gap, [deep, main, light][(i + turn) % 3], 8 + random() * 5),
      ),
    ];
  },
  waves(random, { main, deep, light }) {
    const phase = random() * 40;
    const waves = Array.from({ length: 5 }, (_, i) => {
      const y = 88 + i * 25;
      const x = -60 + ((phase + i * 23) % 40);
      return shape(`M${x} ${y}q20 -20 40 0t40 0t40 0t40 0t40 0t40 0t40 0V210H${x}Z`, [main, deep, main, deep, deep][i]);
    });
    return [disc(50 + random() * 100, 70, 30, light), ...waves];
  },
  orbit(random, { main, deep, light }) {
    const tilt = -40 + random() * 80;
    return [
      disc(100, 100, 30 + random() * 6, main),
      ...[52, 74, 96].map((r, i) =>
        s('ellipse', {
          cx: 100,
          cy: 100,
          rx: r,
          ry: r * 0.56,
          fill: 'none',
          stroke: [deep, light, main][i],
          'stroke-width': 7,
          transform: `rotate(${tilt + i * 18} 100 100)`,
        }),
      ),
      disc(100 + 62 * Math.cos(tilt), 100 + 50 * Math.sin(tilt), 11, deep),
    ];
  },
};

/**
 * Colours and motif of the types that are known; any other gets its own from its name.
 * @type {Record<string, [string, string, string, string, string]>}
 */
const KNOWN = {
  yoga: ['petals', '#dfe8d8', '#7fa286', '#35594a', '#f0b48a'],
  pilates: ['ribbon', '#f0e2ec', '#b682ad', '#673c70', '#f0c083'],
  cycling: ['wheel', '#f7decb', '#e4744a', '#353f52', '#fbeee2'],
  cardio: ['bars', '#f9d8d2', '#e35d6a', '#86264a', '#fbb36b'],
  walking: ['hills', '#dbeaea', '#74abab', '#2c626b', '#f5bd66'],
  running: ['lanes', '#d8e7f6', '#4c8fd1', '#1f4680', '#ffc265'],
  boxing: ['impact', '#3a2b38', '#da4b38', '#7d2029', '#f6e3cd'],
  strength: ['plates', '#dcdfec', '#e9845b', '#2d3460', '#b9c0df'],
  hiit: ['bolts', '#ffe2b8', '#f2862a', '#a83316', '#fdc56f'],
  rowing: ['waves', '#d5ebee', '#4b9fb5', '#1d5671', '#f7c77e'],
  swimming: ['waves', '#d2ecf3', '#3da3c9', '#14588a', '#ffe0a0'],
  stretching: ['orbit', '#e6ebd5', '#98ad5b', '#4d6230', '#eebc7d'],
  meditation: ['orbit', '#e4e0f1', '#9386c4', '#47407d', '#f3cf9a'],
  dance: ['ribbon', '#fbdce6', '#ea6a96', '#802358', '#ffc777'],
};

/** Add types that a page knows of. @param {typeof KNOWN} styles */
export const learn = (styles) => Object.assign(KNOWN, styles);

const FREE = ['orbit', 'bars', 'hills', 'lanes', 'ribbon', 'impact', 'waves', 'petals', 'bolts'];

/** @param {string} type @returns {{motif: Motif, palette: Palette}} */
export function styleOf(type) {
  const known = KNOWN[type.toLowerCase()];
  if (known) {
    const [motif, ground, main, deep, light] = known;
    return { motif: MOTIFS[motif], palette: { ground, main, deep, light } };
  }
  const seed = hash(type.toLowerCase());
  const hue = seed % 360;
  const palette = {
    ground: `hsl(${hue} 45% 89%)`,
    main: `hsl(${hue} 45% 56%)`,
    deep: `hsl(${(hue + 16) % 360} 48% 29%)`,
    light: `hsl(${(hue + 150) % 360} 68% 76%)`,
  };
  return { motif: MOTIFS[FREE[(seed >>> 9) % FREE.length]], palette };
}

/**
 * The same colours in another light: by day, at dusk, at night.
 * @param {Palette} palette
 * @param {number} chance
 * @returns {Palette}
 */
export function relight(palette, chance) {
  const { ground, main, deep, light } = palette;
  if (chance < 0.55) return palette;
  return chance < 0.8 ? { ground: light, main, deep, light: ground } : { ground: deep, main, deep: ground, light };
}

/**
 * The drawing of one item. It fills its box; what does not fit is cut off evenly.
 * @param {string} type @param {string} id '' for the type itself
 */
export function art(type, id) {
  const { motif, palette: base } = styleOf(type);
  const random = generator(hash(`${type} ${id}`));
  const palette = id === '' ? base : relight(base, random());
  const flip = random() < 0.5 ? 'translate(200 0) scale(-1 1)' : null;
  return s(
    'svg',
    {
      class: 'art',
      viewBox: '0 0 200 200',
      preserveAspectRatio: 'xMidYMid slice',
      'aria-hidden': 'true',
      focusable: 'false',
    },
    s('rect', { width: 200, height: 200, fill: palette.ground }),
    s('g', { transform: flip }, ...motif(random, palette)),
  );
}
