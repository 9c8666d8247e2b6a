// Seeded, varied requests: every route, right and wrong, with knobs, exploration and states that grow by events.

// splitmix64's finaliser over a counter, as 53 bits: the same requests in every run of the same seed.
export class Random {
  constructor(seed) {
    this.state = BigInt(seed);
  }
  next() {
    this.state = (this.state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
    let z = this.state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
    return Number((z ^ (z >> 31n)) >> 11n) / 2 ** 53;
  }
  below(n) {
    return Math.floor(this.next() * n);
  }
  chance(p) {
    return this.next() < p;
  }
  pick(list) {
    return list[this.below(list.length)];
  }
  some(list, most) {
    return Array.from({ length: 1 + this.below(Math.min(most, list.length)) }, () => this.pick(list));
  }
}

export const ODD_TEXTS = ['', 'x', '\u0000', 'a\u0000b', '😀', 'ÄÖÜ', '<script>', '"', '\\', 'null', ' '.repeat(40), 'é'.repeat(300), '|', '*', '../..'];
export const ODD_VALUES = [null, true, false, 0, -3, 1e9, 1.5, 1e308, -0, 'abc', [], {}, [[]], [null], ['yoga', 3], { a: 1 }, 12345678901234567890];
export const ODD_BODIES = [
  '', ' ', '{', '}', '[]', 'null', '3', '"x"', '{"age":}', '{"age":29,"age":30}', '{"n":1e999}', '{"n":01}', '\ufeff{}', '{"a":NaN}',
  '{"\\u0000":1}', '{"level":"\\ud800"}', '{"types":["yoga",]}', '['.repeat(5000), '{"a":'.repeat(40) + '1' + '}'.repeat(40), 'x'.repeat(3000),
];
const ODD_PATHS = [
  '/', '', '/api', '/api/v1', '/api/v1/', '/api/v1/onboarding/', '/api/v1/items/', '/api/v1/items/%', '/api/v1/items/%zz', '/api/v1/items/%ff%fe',
  '/api/v1/items/%00', '/api/v1/items/%F0%9F%98%80', '/api/v1/explain/nobody', '/api/v2/onboarding', '/api/v1/items/popular?n=0', '/api/v1/items/popular?n=abc',
  '/api/v1/items/popular?n=1&n=2', '/api/v1/items/popular?n', '/api/v1/items/popular?' + 'a=1&'.repeat(20), '/' + 'a'.repeat(5000), '/openapi.json', '/API/V1/health',
];
export const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'get', ''];

// What a bundle can be asked about, read from the bundle itself through `ask(request)`.
export function survey(ask) {
  const read = (method, path, body) => JSON.parse(ask({ method, path, body: body ?? '', state: '', now: 1750000000, seed: 0 }).body);
  const questions = read('GET', '/api/v1/onboarding');
  const everything = read('POST', '/api/v1/workouts/query', JSON.stringify({ n: 1000, must_not: { flagged: false, seen: false } }));
  const items = everything.recommendations;
  const distinct = (key) => [...new Set(items.flatMap((item) => item[key] ?? []))];
  const ranking = ask({ method: 'GET', path: '/api/v1/trainers/goals', body: '', state: '', now: 1750000000, seed: 0 });
  const columns = Object.keys(items[0] ?? {}).filter((key) => !['position', 'id', 'title', 'score', 'parts', 'explain', 'propensity'].includes(key));
  return {
    goals: ranking.status === 200 ? JSON.parse(ranking.body).goals : null,
    dimensions: questions.dimensions,
    ids: items.map((item) => item.id),
    columns: columns.map((name) => ({ name, values: distinct(name) })).filter((column) => column.values.length),
    instructors: distinct('instructor'),
    words: [...new Set(items.flatMap((item) => item.title.toLowerCase().split(/[^\p{L}\p{N}]+/u)))].filter(Boolean),
  };
}

function answer(random, dimension) {
  if (random.chance(0.03)) return random.pick(ODD_VALUES);
  if (random.chance(0.02)) return random.pick(ODD_TEXTS);
  if (dimension.many) return random.some(dimension.values, 4);
  if (dimension.bands.length && random.chance(0.5)) {
    const band = random.pick(dimension.bands);
    return band.minimum + random.below(band.maximum - band.minimum + 1);
  }
  const value = random.pick(dimension.values);
  return random.chance(0.1) ? value.toUpperCase() : value;
}

function knobs(random) {
  const all = {
    mmr: () => random.pick([0, 1, 0.5, random.next()]),
    freshness: () => random.pick([0, 0.01, random.next() * 0.1]),
    completion: () => random.next(),
    like: () => random.next() * 3,
    views: () => random.next(),
    explore: () => random.pick([0, 1, random.next()]),
    own_weight: () => random.below(10),
    boost_type: () => random.next(),
    boost_instructor: () => random.next(),
    backoff: () => random.chance(0.7),
    prior: () => random.pick(['learned', 'none', { alpha: random.next() * 9, beta: random.next() * 9 }]),
  };
  const chosen = Object.fromEntries(random.some(Object.keys(all), 5).map((name) => [name, all[name]()]));
  if (random.chance(0.03)) chosen[random.pick([...Object.keys(all), 'bogus'])] = random.pick(ODD_VALUES);
  return chosen;
}

const count = (random) => (random.chance(0.03) ? random.pick(ODD_VALUES) : random.pick([1, 2, 3, 5, 10, 10, 10, 25, 1 + random.below(60), 600, 1000]));

function onboarding(random, world) {
  const body = {};
  for (const dimension of world.dimensions) if (random.chance(0.85)) body[dimension.input] = answer(random, dimension);
  if (random.chance(0.5)) body.n = count(random);
  if (random.chance(0.4)) body.knobs = knobs(random);
  if (random.chance(0.2)) body.region = random.pick(['DE', 'Île-de-France', ...ODD_TEXTS]);
  if (random.chance(0.05)) body.segment = world.dimensions.map((d) => random.pick([...d.values, '*'])).join('|');
  if (random.chance(0.02)) body[random.pick(['bogus', '', '\u0000', 'Age'])] = 1;
  return { method: 'POST', path: '/api/v1/onboarding', body: JSON.stringify(body) };
}

function filterValue(random, column) {
  if (typeof column.values[0] !== 'number') return random.chance(0.5) ? random.pick(column.values) : random.some(column.values, 3);
  const range = {};
  if (random.chance(0.7)) range.min = random.pick(column.values);
  if (random.chance(0.7)) range.max = random.pick(column.values) + random.pick([0, 0, 0.5]);
  return range;
}

function query(random, world) {
  const body = {};
  if (random.chance(0.4))
    body.must = { keywords: random.chance(0.05) ? random.pick(ODD_TEXTS) : random.some(world.words, 3).join(random.pick([' ', ', ', '-'])) };
  if (random.chance(0.5)) {
    body.filter = {};
    for (const column of random.some(world.columns, 3)) body.filter[column.name] = random.chance(0.03) ? random.pick(ODD_VALUES) : filterValue(random, column);
    if (random.chance(0.05)) body.filter.level = random.pick(['Beginner', 'Expert', 3]);
  }
  if (random.chance(0.4)) {
    body.should = {};
    const item = world.dimensions.find((d) => d.many);
    if (item && random.chance(0.7)) body.should.types = random.some(item.values, 3);
    if (world.instructors.length && random.chance(0.6)) body.should.instructors = random.some(world.instructors, 3);
  }
  if (random.chance(0.4)) {
    body.must_not = {};
    if (random.chance(0.5)) body.must_not.ids = random.some([...world.ids, 'nobody'], 20);
    if (world.instructors.length && random.chance(0.4)) body.must_not.instructors = random.some(world.instructors, 4);
    if (random.chance(0.4)) body.must_not.seen = random.chance(0.5);
    if (random.chance(0.4)) body.must_not.flagged = random.chance(0.5);
    if (random.chance(0.03)) body.must_not[random.pick(['ids', 'seen', 'bogus'])] = random.pick(ODD_VALUES);
  }
  if (random.chance(0.6)) body.n = count(random);
  if (random.chance(0.4)) body.knobs = knobs(random);
  return { method: 'POST', path: '/api/v1/workouts/query', body: JSON.stringify(body) };
}

const SIGNALS = ['impression', 'impression', 'click', 'view'];

function event(random, world) {
  const one = () => {
    if (world.goals && random.chance(0.6)) {
      const type = random.pick(SIGNALS);
      return { type, item: random.pick(world.ids), ...(type === 'view' || random.chance(0.02) ? { watch: random.next() } : {}) };
    }
    const made = { type: random.pick(['start', 'complete', 'abandon', 'like', 'like', 'dislike']), item: random.pick(world.ids) };
    if (random.chance(0.03)) made[random.pick(['type', 'item', 'time'])] = random.chance(0.5) ? random.pick(ODD_VALUES) : random.pick(ODD_TEXTS);
    return made;
  };
  const body = random.chance(0.7) ? one() : { events: Array.from({ length: random.below(6) }, one) };
  return { method: 'POST', path: '/api/v1/events', body: JSON.stringify(body) };
}

function importMe(random, world) {
  const events = Array.from({ length: random.below(8) }, () => ({
    type: random.pick(['start', 'like', 'dislike', 'complete']),
    item: random.pick([...world.ids, 'gone']),
    time: 1740000000 + random.below(10000000),
  }));
  const profile = Object.fromEntries(world.dimensions.map((d) => [d.input, answer(random, d)]));
  const body = random.chance(0.8) ? { version: 1, profile, events, ...(random.chance(0.5) ? { weekly: weekly(random, world), goal: someGoal(random, world) } : {}) } : random.pick([{ version: 2 }, { version: 1, events: 3 }, { version: 1, events: [{}] }, {}]);
  return { method: 'PUT', path: '/api/v1/me', body: JSON.stringify(body) };
}

const GOALS = ['weight loss', 'Losing weight', 'rehab', 'chess', 'back pain!', 'the'];

function someGoal(random, world) {
  return random.chance(0.1) ? random.pick(ODD_TEXTS) : random.pick([...(world.goals ?? []), ...GOALS]);
}

function trainers(random, world) {
  const all = {
    week: () => random.pick([2, 5, 6, 7, 8, 9, 20, 500, 0, 'x', 1.5]),
    topk: () => random.pick([1, 5, 5, 20, 100, 1000, 0, 1001]),
    goal: () => someGoal(random, world),
    min_candidates: () => random.pick([1, 10, 30, 100, 1000, -1]),
    decay: () => random.pick([1, 0.8, random.next(), 0, 2]),
    explore: () => random.pick([0, 1, random.next(), random.next(), -1]),
    explain: () => random.pick(['true', 'false', '1', '0', 'yes']),
  };
  const chosen = random.some(Object.keys(all), 5).map((name) => `${name}=${encodeURIComponent(all[name]())}`);
  const path = '/api/v1/trainers/' + encodeURIComponent(random.pick(['U1', 'everybody', '😀', 'a/b', 'goals2']));
  return { method: 'GET', path: path + (random.chance(0.9) ? '?' + [...new Map(chosen.map((c) => [c.split('=')[0], c])).values()].join('&') : ''), body: '' };
}

function goal(random, world) {
  if (random.chance(0.4)) return { method: 'GET', path: '/api/v1/trainers/goals', body: '' };
  const body = random.chance(0.1) ? random.pick([{}, { goal: 3 }, { goal: null }, { goal: '', x: 1 }]) : { goal: someGoal(random, world) };
  return { method: 'POST', path: '/api/v1/trainers/goal', body: JSON.stringify(body) };
}

// Weekly rows, also for a bundle without a ranking, which leaves them out.
function weekly(random, world) {
  return Array.from({ length: random.below(30) }, (_, i) => ({
    item: random.pick([...world.ids, 'gone']), week: 1 + i, impressions: random.below(50), clicks: random.below(9), views: random.below(9), likes: random.below(3), watch: random.below(9000),
  }));
}

const someId = (random, world) => encodeURIComponent(random.chance(0.1) ? random.pick(ODD_TEXTS) : random.pick(world.ids));

function anything(random, world) {
  const method = random.pick(METHODS);
  const path = random.pick([...ODD_PATHS, '/api/v1/onboarding', '/api/v1/events', '/api/v1/me', '/api/v1/workouts/query']);
  return { method, path, body: random.chance(0.5) ? random.pick(ODD_BODIES) : random.chance(0.5) ? onboarding(random, world).body : '' };
}

const KINDS = [
  [30, onboarding],
  [25, query],
  [15, event],
  [4, importMe],
  [8, (random) => ({ method: 'GET', path: '/api/v1/workouts/recommendations' + random.pick(['', '?n=5', '?n=1000', '?n=x', '?m=1']), body: '' })],
  [4, (random) => ({ method: 'GET', path: `/api/v1/items/popular?n=${random.pick([1, 10, 50, 1000, 0, -1, 1.5, '1e1'])}`, body: '' })],
  [4, (random, world) => ({ method: 'GET', path: '/api/v1/items/' + someId(random, world), body: '' })],
  [6, (random, world) => ({ method: 'GET', path: '/api/v1/explain/' + someId(random, world), body: '' })],
  [2, () => ({ method: 'GET', path: '/api/v1/me', body: '' })],
  [1, () => ({ method: 'DELETE', path: '/api/v1/me', body: '' })],
  [1, () => ({ method: 'GET', path: '/api/v1/onboarding', body: '' })],
  [10, anything],
  [4, trainers],
  [2, goal],
];
const RANKED_KINDS = [[70, trainers], [10, goal], [40, event], ...KINDS];
const total = (kinds) => kinds.reduce((sum, [weight]) => sum + weight, 0);

export const ODD_STATES = ['{', '[]', '{"version":2}', 'x'.repeat(100), '{"version":1,"events":[{"type":"like","item":"","time":0}]}', '{"version":1,"profile":{"age":"nobody","types":"yoga"}}'];

// `visitors` states live side by side; `remember` must be told what an answer changed, so that the next request goes on from there.
export class Requests {
  constructor(seed, world, visitors = 12) {
    this.random = new Random(seed);
    this.world = world;
    this.states = Array.from({ length: visitors }, () => '');
  }
  next() {
    const random = this.random;
    const kinds = this.world.goals ? RANKED_KINDS : KINDS;
    let at = random.below(total(kinds));
    const make = kinds.find(([weight]) => (at -= weight) < 0)[1];
    this.visitor = random.below(this.states.length);
    const request = make(random, this.world);
    request.state = random.chance(0.01) ? random.pick(ODD_STATES) : this.states[this.visitor];
    request.now = 1740000000 + random.below(60000000);
    request.seed = random.below(2 ** 31);
    return request;
  }
  remember(answer) {
    if (answer.state !== null) this.states[this.visitor] = answer.state;
    if (this.states[this.visitor].length > 20000) this.states[this.visitor] = '';
  }
}

export const VISITS_START = 1763600000;

// Requests of several visitors by turns, each with the state that the answers gave it. kinds: [weight, (random, world) => request]; a state longer than
// `longest` begins anew.
export class VisitorsRequests {
  constructor(kinds, seed, world, longest, visitors = 12) {
    this.kinds = kinds;
    this.total = kinds.reduce((sum, [weight]) => sum + weight, 0);
    this.random = new Random(seed);
    this.world = world;
    this.longest = longest;
    this.states = Array.from({ length: visitors }, () => '');
  }
  next() {
    const random = this.random;
    let at = random.below(this.total);
    const make = this.kinds.find(([weight]) => (at -= weight) < 0)[1];
    this.visitor = random.below(this.states.length);
    const request = make(random, this.world);
    request.state = random.chance(0.01) ? random.pick(ODD_STATES) : this.states[this.visitor];
    request.now = VISITS_START + random.below(2000000);
    request.seed = random.below(2 ** 31);
    return request;
  }
  remember(answer) {
    if (answer.state !== null) this.states[this.visitor] = answer.state;
    if (this.states[this.visitor].length > this.longest) this.states[this.visitor] = '';
  }
}
