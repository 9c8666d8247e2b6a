// Seeded, varied requests to a bundle that recommends in four stages: lists with all their parameters, pair scores, interactions,
// preferences, analytics; right and wrong.
import { METHODS, ODD_BODIES, ODD_TEXTS, ODD_VALUES, VisitorsRequests, VISITS_START as START } from './requests.mjs';

const API = '/api/v1';
const LISTS = `${API}/recommendations`;
const KINDS = ['VIEW', 'VIEW', 'CART_ADD', 'CART_ADD', 'CART_REMOVE', 'PURCHASE', 'PURCHASE', 'WISHLIST_ADD', 'RECOMMENDATION_CLICK', 'RECOMMENDATION_IMPRESSION'];
const CONTEXTS = ['homepage', 'product_page', 'category_page', 'cart', 'search', 'email'];
const ODD_PATHS = [
  LISTS, `${LISTS}/`, `${LISTS}/homepage/`, `${LISTS}/homepage?limit=0`, `${LISTS}/homepage?limit=x`, `${LISTS}/homepage?pairs=maybe`, `${LISTS}/homepage?until=`, `${LISTS}/cart?until=rules&limit=0`, `${LISTS}/homepage?user_id=`, `${LISTS}/product/`,
  `${LISTS}/product/nobody`, `${LISTS}/product/%00`, `${LISTS}/product/%ff`, `${LISTS}/category/`, `${LISTS}/category/nowhere`, `${LISTS}/category/%ff`, `${LISTS}/category/a%2Fb?limit=0`, `${LISTS}/cart?items=,`, `${LISTS}/cart?items=${'x,'.repeat(60)}x`, `${LISTS}/frequently-bought-together/`,
  `${LISTS}/frequently-bought-together/nobody?limit=2`, `${API}/interactions`, `${API}/interactions/`, `${API}/analytics`, `${API}/analytics/conversion-funnel?days=0`,
  `${API}/analytics/recommendations/performance?days=x`, `${API}/analytics/recommendations/performance?limit=-1`, `${API}/preferences?user_id=`,
];

// What can be asked about, read from the bundle itself.
export function surveyStaged(ask) {
  const { recommendations } = JSON.parse(ask({ method: 'GET', path: `${LISTS}/homepage?limit=100`, body: '', state: '', now: START, seed: 0 }).body);
  const categories = [...new Set(recommendations.flatMap(({ category }) => (category ?? '').split(' > ')))];
  return { ids: recommendations.map(({ product_id: id }) => id), categories, requests: ['r0'] };
}

const item = (random, world) => (random.chance(0.01) ? random.pick([...ODD_TEXTS, 'no such item']) : random.pick(world.ids));
const limit = (random) => random.pick([1, 2, 5, 8, 12, 40, 100, 1000000000, 1 + random.below(40)]);
const user = (random) => (random.chance(0.05) ? random.pick(ODD_TEXTS) : random.pick(['me', 'u1', '0b9d4f6e-1c2d-4e5f-8a9b-0c1d2e3f4a5b']));
const category = (random, world) => (random.chance(0.02) ? random.pick([...ODD_TEXTS, 'no such category']) : random.pick(world.categories));
const list = (random, world) =>
  random.pick(['homepage', 'cart', `product/${encodeURIComponent(item(random, world))}`, `category/${encodeURIComponent(category(random, world))}`]);

function get(random, world) {
  const given = [];
  if (random.chance(0.6)) given.push(`limit=${limit(random)}`);
  if (random.chance(0.3)) given.push(`user_id=${encodeURIComponent(user(random))}`);
  if (random.chance(0.2)) given.push(`pairs=${random.pick(['true', 'false', '1', '0'])}`);
  const which = random.chance(0.25) ? `frequently-bought-together/${encodeURIComponent(item(random, world))}` : list(random, world);
  if (random.chance(0.15)) given.push(`until=${random.pick(['read', 'find', 'score', 'rules', 'rules', 'all'])}`);
  if (which === 'cart' && random.chance(0.6)) given.push(`items=${random.some(world.ids, 6).map(encodeURIComponent).join(random.chance(0.05) ? ',,' : ',')}`);
  return { method: 'GET', path: `${LISTS}/${which}${given.length ? '?' + given.join('&') : ''}`, body: '' };
}

function post(random, world) {
  const which = list(random, world);
  const body = {};
  if (random.chance(0.6)) body.limit = limit(random);
  if (random.chance(0.3)) body.user_id = user(random);
  if (random.chance(0.2)) body.pairs = random.chance(0.5);
  if (which === 'cart' && random.chance(0.6)) body.items = random.some(world.ids, 6);
  if (random.chance(0.7)) body.pair_scores = Object.fromEntries(random.some(world.ids, 60).map((id) => [id, random.pick([random.next() * 20 - 10, random.below(3), -0, 1e300])]));
  if (random.chance(0.05)) body[random.pick([...Object.keys(body), 'bogus'])] = random.pick(ODD_VALUES);
  return { method: 'POST', path: `${LISTS}/${which}`, body: JSON.stringify(body) };
}

function interaction(random, world) {
  const kind = random.pick(KINDS);
  const one = { interaction_type: kind };
  const impression = kind === 'RECOMMENDATION_IMPRESSION';
  if (impression) one.product_ids = random.some(world.ids, 20);
  else one.product_id = item(random, world);
  if (impression || kind === 'RECOMMENDATION_CLICK' || random.chance(0.3)) one.request_id = random.pick(world.requests);
  if (random.chance(0.5)) one.context = random.pick(CONTEXTS);
  if (!impression && random.chance(0.5)) one.position = 1 + random.below(30);
  if (['CART_ADD', 'PURCHASE'].includes(kind) && random.chance(0.6)) Object.assign(one, { quantity: random.pick([1, 2, 0.5, 12]), price: random.pick([0.01, 2.5, 99.95]) });
  if (random.chance(0.01)) one[random.pick([...Object.keys(one), 'quantity', 'position', 'time'])] = random.pick(ODD_VALUES);
  return one;
}

function interactions(random, world) {
  const many = Array.from({ length: 1 + random.below(random.chance(0.1) ? 40 : 4) }, () => interaction(random, world));
  const body = random.chance(0.3) ? many[0] : { interactions: many };
  if (random.chance(0.2)) body.user_id = user(random);
  return { method: 'POST', path: `${API}/interactions`, body: JSON.stringify(body) };
}

const ask = (path) => ({ method: 'GET', path: API + path, body: '' });
const days = (random) => (random.chance(0.5) ? `?days=${random.pick([1, 2, 30, 365, 100000])}` : '');

function anything(random, world) {
  if (random.chance(0.6)) return { method: 'GET', path: random.pick(ODD_PATHS), body: '' };
  return { method: random.pick(METHODS), path: random.pick(ODD_PATHS), body: random.chance(0.5) ? random.pick(ODD_BODIES) : post(random, world).body };
}

const REQUESTS = [
  [30, get],
  [20, post],
  [35, interactions],
  [6, (random) => ask(`/preferences${random.chance(0.3) ? `?user_id=${encodeURIComponent(user(random))}` : ''}`)],
  [6, (random) => ask(`/analytics/recommendations/performance${days(random)}`)],
  [4, (random) => ask(`/analytics/conversion-funnel${days(random)}`)],
  [3, () => ask('/me')],
  [1, () => ask('/health')],
  [1, () => ({ method: 'DELETE', path: `${API}/me`, body: '' })],
  [5, anything],
];

export class StagedRequests extends VisitorsRequests {
  constructor(seed, world, visitors) {
    super(REQUESTS, seed, world, 30000, visitors);
  }
  // The ids of lists come back with what visitors do in them.
  remember(answer) {
    super.remember(answer);
    const [, id] = answer.body.match(/"request_id":"([0-9a-f-]{36})"/) ?? [];
    if (id) this.world.requests = [...this.world.requests.slice(-20), id];
  }
}

// Requests of two kinds by turns, each with visitors of its own.
export class InTurn {
  constructor(...kinds) {
    this.kinds = kinds;
    this.turn = 0;
  }
  next() {
    this.turn = (this.turn + 1) % this.kinds.length;
    return this.kinds[this.turn].next();
  }
  remember(answer) {
    this.kinds[this.turn].remember(answer);
  }
}
