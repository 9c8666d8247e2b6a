// Seeded, varied requests to a bundle of purchases: recommendations with all their parameters and knobs, similar and popular
// items, events of every type, the visitor's own data; right and wrong.
import { METHODS, ODD_BODIES, ODD_TEXTS, ODD_VALUES, VisitorsRequests, VISITS_START as START } from './requests.mjs';

const API = '/api/v1';
const PICKS = `${API}/recommendations`;
const DAY = 86400;
const MODELS = ['als', 'item_cf', 'hybrid', 'popularity'];
const TYPES = ['start', 'complete', 'abandon', 'like', 'dislike', 'click', 'cart', 'cart', 'purchase', 'purchase', 'purchase', 'purchase', 'return'];
const ODD_PATHS = [
  PICKS, `${PICKS}/`, `${PICKS}/a?n=0`, `${PICKS}/a?n=-1`, `${PICKS}/a?n=1.5`, `${PICKS}/a?n=x`, `${PICKS}/a?n=`, `${PICKS}/a?n=1&n=2`, `${PICKS}/%00`, `${PICKS}/%ff`,
  `${PICKS}/a?model=`, `${PICKS}/a?model=ALS`, `${PICKS}/a?timestamp=yesterday`, `${PICKS}/a?timestamp=2025-02-30`, `${PICKS}/a?exclude_purchased=yes`,
  `${PICKS}/a?price_range_min=-1`, `${PICKS}/a?price_range_max=cheap`, `${PICKS}/a?bogus=1`, `${PICKS}/${'u'.repeat(257)}`, `${PICKS}/a/b`,
  `${API}/items//similar`, `${API}/items/nobody/similar`, `${API}/items/%00/similar`, `${API}/items/popular?n=0`, `${API}/users/`, `${API}/users/a`, `${API}/users//profile`,
  `${API}/users/${'u'.repeat(300)}/profile`, `${API}/model`, `${API}/config/`, `${API}/stats?n=x`,
];

// What can be asked about, read from the bundle itself.
export function surveyPurchases(ask) {
  const { items } = JSON.parse(ask({ method: 'GET', path: `${API}/items/popular?n=1000`, body: '', state: '', now: START, seed: 0 }).body);
  return { ids: items.map(({ item_id: id }) => id), prices: items.map(({ item_price: price }) => price).filter((price) => price !== null) };
}

const iso = (seconds) => new Date(seconds * 1000).toISOString();
const time = (random) => START + Math.floor((random.next() * 500 - 400) * DAY);
const timestamp = (random) => {
  const whole = iso(time(random));
  return random.pick([whole, whole.slice(0, 10), whole.slice(0, 19), whole.slice(0, 16), whole.slice(0, 19) + '+05:30', '1969-12-31', '9999-12-31T23:59:60Z']);
};
const wanted = (random) => random.pick([1, 2, 5, 5, 10, 20, 100, 1000, 1000000000, 1 + random.below(40)]);
const model = (random) => (random.chance(0.03) ? random.pick(['neural', '', 'ALS', 'content']) : random.pick(MODELS));
const price = (random, world) => random.pick([0, 0.01, 5, 1e9, Math.round(random.next() * 2000) / 100, random.pick(world.prices), random.pick(world.prices)]);
const user = (random) => (random.chance(0.05) ? random.pick(ODD_TEXTS) : random.pick(['me', 'u1', 'Anna Ö.', '12346']));
const item = (random, world) => (random.chance(0.02) ? random.pick([...ODD_TEXTS, 'no such item']) : random.pick(world.ids));

function tuning(random) {
  const yes = () => random.chance(0.5);
  const parts = {
    candidate_pool_size: () => random.pick([1, 5, 20, 200, 2000, 1 + random.below(300)]),
    model_weights: () => ({ als: random.pick([0, 1, random.next()]), item_cf: random.pick([0, 1, random.next()]), popularity: random.pick([0, 1, random.next()]) }),
    model_mean: () => random.pick(['arithmetic', 'quadratic', 'quadratic']),
    upsell: () => ({ enabled: yes(), factor: random.next(), price_boost_weight: random.next() }),
    user_segments: () => ({ small: 0.1, low_average: 0.4, average: 0.6, high: 1 }),
    repurchase_cycle: () => ({ enabled: yes(), default_cycle_days: random.pick([0.01, 1, 7, 30, 365]), due_boost: random.pick([0, 0.2, 10]) }),
    price_sensitivity: () => ({ enabled: yes(), budget_tolerance: random.pick([1, 1.5, 3, 1000]) }),
  };
  const given = {};
  for (const name of random.some(Object.keys(parts), 4)) {
    given[name] = parts[name]();
    if (typeof given[name] === 'object' && random.chance(0.4)) delete given[name][random.pick(Object.keys(given[name]))];
  }
  if (random.chance(0.06)) given[random.pick([...Object.keys(given), 'bogus'])] = random.pick(ODD_VALUES);
  const inner = random.pick(Object.values(given));
  if (inner && typeof inner === 'object' && random.chance(0.06)) inner[random.pick([...Object.keys(inner), 'bogus'])] = random.pick([...ODD_VALUES, -1, 2]);
  return given;
}

function getPicks(random, world) {
  const given = {};
  if (random.chance(0.7)) given.n = wanted(random);
  if (random.chance(0.6)) given.model = model(random);
  if (random.chance(0.3)) given.timestamp = timestamp(random);
  if (random.chance(0.3)) given.exclude_purchased = random.pick(['true', 'false', '1', '0']);
  if (random.chance(0.2)) given.price_range_min = price(random, world);
  if (random.chance(0.2)) given.price_range_max = price(random, world);
  if (random.chance(0.03)) given[random.pick([...Object.keys(given), 'bogus'])] = random.pick(['', 'x', '-1', '1.5', '1e3', '9'.repeat(30)]);
  const query = Object.entries(given).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
  return { method: 'GET', path: `${PICKS}/${encodeURIComponent(user(random))}${query ? '?' + query : ''}`, body: '' };
}

function postPicks(random, world) {
  const body = { user_id: user(random) };
  if (random.chance(0.7)) body.num_recommendations = wanted(random);
  if (random.chance(0.6)) body.model_type = model(random);
  if (random.chance(0.3)) body.timestamp = random.chance(0.1) ? null : timestamp(random);
  if (random.chance(0.3)) body.exclude_purchased = random.chance(0.5);
  if (random.chance(0.2)) body.price_range_min = random.chance(0.1) ? null : price(random, world);
  if (random.chance(0.2)) body.price_range_max = random.chance(0.1) ? null : price(random, world);
  if (random.chance(0.6)) body.tuning = tuning(random);
  if (random.chance(0.04)) body[random.pick([...Object.keys(body), 'bogus'])] = random.pick(ODD_VALUES);
  return { method: 'POST', path: PICKS, body: JSON.stringify(body) };
}

// An event as it is posted: the clock gives its time, and only what is bought or given back has a quantity and a price.
function event(random, world) {
  const one = { type: random.pick(TYPES), item: item(random, world) };
  if (random.chance(0.01)) one.type = random.pick(['view', 'search', 'nothing', null]);
  if (['cart', 'purchase', 'return'].includes(one.type) || random.chance(0.01)) {
    if (random.chance(0.6)) one.quantity = random.pick([1, 2, 0.5, 12, 1e6, 1 + random.below(30)]);
    if (random.chance(0.6)) one.price = random.pick([0.01, 2.5, 1e6, random.pick(world.prices)]);
  }
  if (random.chance(0.01)) one[random.pick([...Object.keys(one), 'quantity', 'price', 'time'])] = random.pick(ODD_VALUES);
  return one;
}

function events(random, world) {
  const list = Array.from({ length: 1 + random.below(random.chance(0.1) ? 60 : 4) }, () => event(random, world));
  return { method: 'POST', path: `${API}/events`, body: JSON.stringify(random.chance(0.2) ? list[0] : { events: list }) };
}

const get = (path) => ({ method: 'GET', path: API + path, body: '' });
const similar = (random, world) => get(`/items/${encodeURIComponent(item(random, world))}/similar${random.chance(0.6) ? `?n=${wanted(random)}` : ''}`);
const replace = (random, world) => ({
  method: 'PUT',
  path: `${API}/me`,
  body: JSON.stringify({ version: 1, events: Array.from({ length: random.below(40) }, () => ({ ...event(random, world), time: random.chance(0.1) ? START + random.below(900 * DAY) : time(random) })) }),
});

function anything(random, world) {
  if (random.chance(0.6)) return { method: 'GET', path: random.pick(ODD_PATHS), body: '' };
  return { method: random.pick(METHODS), path: random.pick([...ODD_PATHS, `${API}/events`]), body: random.chance(0.5) ? random.pick(ODD_BODIES) : postPicks(random, world).body };
}

const KINDS = [
  [30, getPicks],
  [30, postPicks],
  [25, events],
  [10, similar],
  [4, (random) => get(`/items/popular${random.chance(0.7) ? `?n=${wanted(random)}` : ''}`)],
  [6, (random) => get(`/users/${encodeURIComponent(user(random))}/profile`)],
  [8, (random) => get(random.pick(['/users', '/models', '/stats', '/config', '/health', '/me']))],
  [2, replace],
  [1, () => ({ method: 'DELETE', path: `${API}/me`, body: '' })],
  [2, (random, world) => get(`/items/${encodeURIComponent(item(random, world))}`)],
  [5, anything],
];

export class PurchasesRequests extends VisitorsRequests {
  constructor(seed, world, visitors) {
    super(KINDS, seed, world, 30000, visitors);
  }
}
