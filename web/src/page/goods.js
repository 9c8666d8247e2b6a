/**
 * A drawing for something that is sold, from what it is called and where it belongs. The same thing always has the same
 * drawing.
 */
import { generator, hash, relight, styleOf } from './art.js';
import { s } from './dom.js';

/** @typedef {{id: string, name: string|null, category: string|null}} Goods */

/** Things cut from paper on 200 × 200; `a` is the body, `b` the detail. @type {[RegExp, string, string][]} */
const THINGS = [
  [
    /head(phone|set)|ear(bud|phone)|speaker|audio/,
    'M52 118V104a48 48 0 0 1 96 0v14h-13v-14a35 35 0 0 0-70 0v14z',
    'M48 112h24v44H60a12 12 0 0 1-12-12zM128 112h24v32a12 12 0 0 1-12 12h-12z',
  ],
  [/watch|clock|tracker/, 'M78 40h44l5 34H73zM73 126h54l-5 34H78z', 'M100 66a34 34 0 1 0 0 68 34 34 0 0 0 0-68z'],
  [/camera|lens|photo/, 'M44 76h28l8-14h40l8 14h28v70H44z', 'M100 84a25 25 0 1 0 0 50 25 25 0 0 0 0-50z'],
  [/laptop|computer|notebook|monitor|\btv|television/, 'M56 58h88v66H56zM40 132h120l-8 14H48z', 'M64 66h72v50H64z'],
  [/phone|mobile|\btablet\b/, 'M72 42h56a8 8 0 0 1 8 8v100a8 8 0 0 1-8 8H72a8 8 0 0 1-8-8V50a8 8 0 0 1 8-8z', 'M72 58h56v80H72z'],
  [/cable|charger|adapter|power|batter/, 'M76 74h48v44a24 24 0 0 1-48 0z', 'M84 46h10v28H84zM106 46h10v28h-10zM95 140h10v30H95z'],
  [/shoe|sneaker|boot|sandal|footwear/, 'M44 84c14 12 28 6 34-4l26 28c14 6 46 4 52 24v14H44z', 'M44 140h112v12H44z'],
  [/dress|skirt|kurta|saree/, 'M84 48h32l-6 34 30 72H60l30-72z', 'M88 84h24v8H88z'],
  [/shirt|jacket|cloth|wear|apparel|fashion|coat/, 'M78 50l22 12 22-12 32 24-14 22-14-8v64H74V88l-14 8-14-22z', 'M96 74h8v62h-8z'],
  [/bag|backpack|luggage|wallet|suitcase/, 'M52 82h96l8 70H44z', 'M76 82a24 24 0 0 1 48 0h-10a14 14 0 0 0-28 0z'],
  [/book|paper|stationer|office/, 'M44 56c22-6 42-4 56 8 14-12 34-14 56-8v86c-22-6-42-4-56 8-14-12-34-14-56-8z', 'M97 64h6v86h-6z'],
  [/kitchen|cook|\bpan\b|\bpot\b|\bwok\b|kettle|mixer/, 'M48 88h104v40a22 22 0 0 1-22 22H70a22 22 0 0 1-22-22z', 'M40 94h120v10H40zM92 72h16v14H92z'],
  [
    /\b(cat|dog|pets?)\b|kitten|puppy/,
    'M100 98c24 0 44 22 44 40a17 17 0 0 1-24 15q-20-9-40 0a17 17 0 0 1-24-15c0-18 20-40 44-40z',
    'M54 86a15 15 0 1 0 1 0zM82 56a16 16 0 1 0 1 0zM118 56a16 16 0 1 0 1 0zM146 86a15 15 0 1 0 1 0z',
  ],
  [/tissue|\brolls?\b|wipes|napp(y|ies)/, 'M56 60h88v92H56z', 'M56 60a44 16 0 0 1 88 0 44 16 0 0 1-88 0zM92 60a8 4 0 0 0 16 0 8 4 0 0 0-16 0z'],
  [/\bcards?\b|letter|envelope|gift|ribbon/, 'M44 66h112v76H44z', 'M44 66h112l-56 46zM44 78l56 46 56-46v8l-56 46-56-46z'],
  [/beaut|cosmetic|perfume|groom|skin|hair|shampoo|health|soap|clean|wash|foam|lotion|cream|\bgel\b|detergent|paste|\boil\b/, 'M72 86h56v64a8 8 0 0 1-8 8H80a8 8 0 0 1-8-8z', 'M84 50h32v30H84zM82 104h36v30H82z'],
  [/lamp|light|bulb|candle|lantern/, 'M78 52h44l20 52H58z', 'M96 104h8v42h-8zM76 146h48v10H76z'],
  [/chair|sofa|furniture|home|living|decor|bed/, 'M56 78h88v34H56zM44 100h14v42h84v-42h14v56H44z', 'M62 114h76v20H62z'],
  [/toy|game|kid|baby|child/, 'M52 100h46v46H52zM102 100h46v46h-46z', 'M77 50h46v46H77z'],
  [/sport|fitness|gym|ball|cricket|outdoor|cycl/, 'M100 52a48 48 0 1 0 0 96 48 48 0 0 0 0-96z', 'M97 52h6v96h-6zM52 97h96v6H52z'],
  [/garden|plant|flower/, 'M66 106h68l-8 50H74z', 'M97 106V74C76 76 66 64 64 46c20 0 32 8 36 24 4-16 16-24 36-24-2 18-12 30-33 28v32z'],
  [/food|grocer|snack|fruit|coffee|tea\b|drink|milk/, 'M54 72h80v56a24 24 0 0 1-24 24H78a24 24 0 0 1-24-24z', 'M134 84h10a18 18 0 0 1 0 36h-10v-10h8a8 8 0 0 0 0-16h-8zM78 44h8v20h-8zM102 44h8v20h-8z'],
  [/rice|seed|salt|sugar|flour|oat|pasta|litter|pellet|bread|biscuit|bean|nut/, 'M60 66h80q14 44 4 86H56q-10-42 4-86z', 'M56 52h88l-6 16H62zM80 96h40v32H80z'],
  [/car\b|motor|vehicle|bike|tyre/, 'M44 104l16-34h80l16 34v34H44z', 'M62 126a14 14 0 1 0 0 28 14 14 0 0 0 0-28zM138 126a14 14 0 1 0 0 28 14 14 0 0 0 0-28z'],
  [/tool|drill|hammer|industr|screw/, 'M50 54h78v32H50z', 'M80 86h20v72H80z'],
];
/** Colours as products are called by them. @type {Record<string, string>} */
const COLOURS = {
  black: '#2b2a2c',
  white: '#f7f5f0',
  silver: '#b4b8bf',
  grey: '#7f8287',
  red: '#bf3a31',
  navy: '#20305e',
  blue: '#2f62ad',
  green: '#3d7d4c',
  olive: '#6d6d2c',
  beige: '#d6c19b',
  brown: '#7a4e30',
  pink: '#e387a6',
  purple: '#6c4a95',
  yellow: '#e2b83b',
  orange: '#df7d34',
  gold: '#c7a148',
};
const COLOUR = new RegExp(`\\b(${Object.keys(COLOURS).join('|')}|gray)\\b`);

/** What fits none: a parcel. */
const PARCEL = ['M48 78l52-24 52 24v58l-52 26-52-26z', 'M48 78l52 24 52-24v10l-52 24-52-24zM97 108h6v52h-6z'];

/** What it is cut from: the body and the detail. @param {{name: string|null, category: string|null}} goods */
export function thingOf({ name, category }) {
  // The name says it best; the category stands in where the name says nothing known.
  for (const text of [name, category].map((one) => one?.toLowerCase() ?? '')) {
    const found = THINGS.find(([pattern]) => pattern.test(text));
    if (found) return found.slice(1);
  }
  return PARCEL;
}

/** The colour in a name, or null. @param {string|null} name */
export function colourOf(name) {
  const word = COLOUR.exec(name?.toLowerCase() ?? '')?.[0].replace('gray', 'grey');
  return word ? COLOURS[word] : null;
}

/** @param {Goods} goods */
export function drawing(goods) {
  const kind = goods.category?.split(' > ').at(-1) ?? goods.name?.split(' ')[0] ?? '';
  const { motif, palette: base } = styleOf(kind);
  const random = generator(hash(`${kind} ${goods.id}`));
  const palette = relight(base, random() * 0.8);
  const turn = ((random() - 0.5) * 10).toFixed(1);
  const [body, detail] = thingOf(goods);
  return s(
    'svg',
    { class: 'art', viewBox: '0 0 200 200', preserveAspectRatio: 'xMidYMid slice', 'aria-hidden': 'true', focusable: 'false' },
    s('rect', { width: 200, height: 200, fill: palette.ground }),
    s('g', { opacity: 0.35 }, ...motif(random, palette)),
    s('circle', { cx: 100, cy: 104, r: 74, fill: palette.ground, opacity: 0.82 }),
    s('g', { transform: `rotate(${turn} 100 100)` }, s('path', { d: body, fill: colourOf(goods.name) ?? palette.deep, stroke: palette.deep, 'stroke-width': 2 }), s('path', { d: detail, fill: palette.main })),
  );
}
