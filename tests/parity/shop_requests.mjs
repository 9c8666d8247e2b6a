// Seeded, varied requests to a shop: search with all its parameters, suggestions, home, products, interactions; right and wrong.
import { METHODS, ODD_BODIES, ODD_TEXTS, ODD_VALUES, VisitorsRequests } from './requests.mjs';

const SEARCH = '/recommendations/search';
const INTERACTIONS = '/api/v1/interactions/interactions';
const ODD_PATHS = [
  SEARCH, SEARCH + '?query=', SEARCH + '?query=%', SEARCH + '?query=%ff', SEARCH + '?query=a&query=b', SEARCH + '?q=a', SEARCH + '?query=a&sort=name',
  SEARCH + '/', '/recommendations', '/recommendations/home', '/recommendations/home?user_id=', '/recommendations/home?user_id=a-b', '/recommendations/product/',
  '/recommendations/product/nobody', '/recommendations/product/%00', '/recommendations/suggest', '/recommendations/suggest?query=', INTERACTIONS + '/', INTERACTIONS + '/u%20',
];
const STRANGE_WORDS = ['500ml', '500 ml', '1.5 l', '3 in 1', 't-shirt', 'wi-fi', "women's", 'tv', 'head set', 'the', 'for', '2,000', '無線耳機', '無線', 'หมวก', '😀', 'ｅａｒ', 'café', 'x', 'qqzzy', '!!', '-'];

// What the shop can be asked about, read from the shop itself.
export function surveyShop(ask) {
  const read = (body) => JSON.parse(ask({ method: 'POST', path: SEARCH, body: JSON.stringify(body), state: '', now: 1750000000, seed: 0 }).body);
  // all that the letter a leads to; then, by each facet, all that has one of those values, or any number
  const first = read({ query: 'a', prefix: true, match: 'any', facets: true }).facets;
  const ids = new Map();
  const facets = {};
  for (const [name, facet] of Object.entries(first)) {
    const filter = { [name]: Array.isArray(facet) ? facet.map(({ value }) => value) : {} };
    const found = read({ filter, facets: true, response_limit: 6000 });
    for (const { id, name: title } of found.results) ids.set(id, title);
    facets[name] = Array.isArray(found.facets[name]) ? found.facets[name].map(({ value }) => value) : found.facets[name];
  }
  const words = [...new Set([...ids.values()].flatMap((title) => title.toLowerCase().split(/[^\p{L}\p{N}]+/u)))].filter(Boolean);
  // as many numbers as a query's vector has, where the shop can be searched by meaning
  const description = JSON.parse(ask({ method: 'GET', path: '/openapi.json', body: '', state: '', now: 1750000000, seed: 0 }).body);
  return { ids: [...ids.keys()], words, facets, source: description.components.schemas.QueryVector?.minItems ?? 0 };
}

function misspell(random, word) {
  const at = random.below(word.length); // of a word in Latin letters
  const letter = random.pick([...'aeioustrn']);
  return random.pick([
    () => word.slice(0, at) + word.slice(at + 1),
    () => word.slice(0, at) + letter + word.slice(at),
    () => word.slice(0, at) + letter + word.slice(at + 1),
    () => word.slice(0, at) + word.slice(at + 1, at + 2) + word[at] + word.slice(at + 2),
  ])();
}

function word(random, world) {
  if (random.chance(0.12)) return random.pick(STRANGE_WORDS);
  const one = random.pick(world.words);
  return random.chance(0.2) && /^[a-z]+$/.test(one) ? misspell(random, one) : random.chance(0.1) ? one.toUpperCase() : random.chance(0.1) ? one + 's' : one;
}

function words(random, world) {
  if (random.chance(0.02)) return random.pick(ODD_TEXTS);
  return Array.from({ length: 1 + random.below(4) }, () => word(random, world)).join(random.pick([' ', ' ', ' ', ', ', '-', '']));
}

const sorts = (world) => ['relevance', 'price', '-price', 'rating', '-rating', ...Object.keys(world.facets).flatMap((name) => [name, '-' + name])];
const limit = (random) => random.pick([1, 2, 5, 10, 20, 20, 100, 6000, 1 + random.below(50)]);
const FLAGS = ['prefix', 'typo', 'strict', 'facets', 'highlight', 'personal'];

function query(parameters) {
  return Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
}

const MODES = ['keyword', 'meaning', 'hybrid', 'hybrid', 'hybrid'];
const vector = (random, world) => Array.from({ length: world.source }, () => 2 * random.next() - 1);

function getSearch(random, world) {
  const given = { query: words(random, world) };
  for (const flag of FLAGS) if (random.chance(0.35)) given[flag] = random.pick(['1', '0', 'true', 'false']);
  if (random.chance(0.4)) given.match = random.pick(['auto', 'all', 'any']);
  if (random.chance(0.25)) given.sort = random.pick(sorts(world));
  if (random.chance(0.5)) given.response_limit = limit(random);
  if (random.chance(0.2)) given.offset = random.pick([0, 1, 3, 10, 200, 10000]);
  let body = '';
  if (world.source && random.chance(0.7)) {
    given.mode = random.pick(MODES);
    if (random.chance(0.8)) body = JSON.stringify({ vector: vector(random, world) });
  }
  if (random.chance(0.03)) given[random.pick([...Object.keys(given), 'bogus'])] = random.pick(['', 'x', '-1', '1.5', '1e3', '9'.repeat(30)]);
  return { method: 'GET', path: `${SEARCH}?${query(given)}`, body };
}

function condition(random, facet) {
  if (Array.isArray(facet)) {
    const values = [...facet, 'nothing'];
    return random.chance(0.5) ? random.pick(values) : random.some(values, 3);
  }
  const within = () => (facet.minimum ?? 0) + random.next() * ((facet.maximum ?? 1) - (facet.minimum ?? 0));
  return { ...(random.chance(0.7) ? { minimum: within() } : {}), ...(random.chance(0.7) ? { maximum: random.chance(0.5) ? Math.round(within()) : within() } : {}) };
}

function postSearch(random, world) {
  const body = {};
  if (random.chance(0.8)) body.query = words(random, world);
  for (const flag of FLAGS) if (random.chance(0.35)) body[flag] = random.chance(0.6);
  for (const list of ['must', 'should', 'must_not'])
    if (random.chance(0.2)) body[list] = Array.from({ length: 1 + random.below(3) }, () => word(random, world));
  if (random.chance(0.4) || !body.query) {
    body.filter = {};
    for (const name of random.some(Object.keys(world.facets), 3)) body.filter[name] = condition(random, world.facets[name]);
  }
  if (random.chance(0.4)) body.match = random.pick(['auto', 'all', 'any']);
  if (random.chance(0.25)) body.sort = random.pick(sorts(world));
  if (random.chance(0.6)) body.response_limit = limit(random);
  if (random.chance(0.2)) body.offset = random.pick([0, 1, 3, 10, 200, 10000]);
  if (world.source && random.chance(0.7)) {
    body.mode = random.pick(MODES);
    if (random.chance(0.9)) body.vector = vector(random, world);
    if (random.chance(0.3)) body.probes = random.pick([1, 2, 5, 1000, 0]);
    if (random.chance(0.03)) body.vector = random.pick([[], [1], vector(random, world).fill(0), {}, null, vector(random, world).fill(1e9)]);
  }
  if (random.chance(0.04)) body[random.pick([...Object.keys(body), 'bogus'])] = random.pick(ODD_VALUES);
  return { method: 'POST', path: SEARCH, body: JSON.stringify(body) };
}

function suggest(random, world) {
  const typed = [...words(random, world)]; // characters: half a surrogate pair cannot be sent
  const given = { query: typed.slice(0, random.chance(0.8) ? 1 + random.below(typed.length || 1) : typed.length).join('') };
  if (random.chance(0.4)) given.limit = random.pick([1, 3, 20, 100, 0, -1]);
  return { method: 'GET', path: `/recommendations/suggest?${query(given)}`, body: '' };
}

const some = (random, world) => (random.chance(0.03) ? random.pick(ODD_TEXTS) : random.pick(world.ids));
const limited = (random) => (random.chance(0.4) ? `response_limit=${random.pick([1, 5, 20, 1000, 0, -1, 'x', '1.5'])}` : '');

function home(random) {
  return { method: 'GET', path: `/recommendations/home?user_id=${random.pick(['u1', 'Anna2', 'u1'])}&${limited(random)}`, body: '' };
}

function product(random, world) {
  return { method: 'GET', path: `/recommendations/product/${encodeURIComponent(some(random, world))}?${limited(random)}`, body: '' };
}

function interaction(random, world) {
  const click = random.chance(0.6);
  const body = { user_id: 'u1', event_type: click ? 'product_click' : 'search_query', ...(click ? { product_id: some(random, world) } : { query: words(random, world) }) };
  if (random.chance(0.04)) body[random.pick(Object.keys(body))] = random.pick(ODD_VALUES);
  return { method: 'POST', path: INTERACTIONS, body: JSON.stringify(body) };
}

function anything(random, world) {
  if (random.chance(0.5)) return { method: 'GET', path: random.pick(ODD_PATHS), body: '' };
  return { method: random.pick(METHODS), path: random.pick([...ODD_PATHS, INTERACTIONS]), body: random.chance(0.5) ? random.pick(ODD_BODIES) : postSearch(random, world).body };
}

const KINDS = [
  [30, getSearch],
  [30, postSearch],
  [12, suggest],
  [12, home],
  [12, product],
  [18, interaction],
  [3, (random) => ({ method: 'GET', path: `${INTERACTIONS}/u1?days=${random.pick([1, 30, 365, 0, 'x'])}`, body: '' })],
  [2, () => ({ method: 'GET', path: '/api/v1/me', body: '' })],
  [1, () => ({ method: 'DELETE', path: '/api/v1/me', body: '' })],
  [1, () => ({ method: 'GET', path: '/api/v1/health', body: '' })],
  [3, (random, world) => ({ method: 'GET', path: `/api/v1/items/${encodeURIComponent(some(random, world))}`, body: '' })],
  [6, anything],
];

export class ShopRequests extends VisitorsRequests {
  constructor(seed, world, visitors) {
    super(KINDS, seed, world, 20000, visitors);
  }
}
