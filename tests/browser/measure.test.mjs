/** How the stages are measured, against an engine whose costs are known and a clock that ticks as browsers' clocks do. No browser is needed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureStages } from '../../web/src/insights/measure.js';

/** What of an answer's time has passed after a stage. */
const PART = { read: 0.1, find: 0.4, score: 0.7, rules: 0.75 };
const OVERHEAD = 1;

/** An engine that takes `cost` ms an answer, give or take a fiftieth, under a clock that ticks every `tick` ms; `hide` stops it after so many calls. */
function simulated({ tick, cost, hide = Infinity }) {
  const begin = 1000 + 0.37 * tick;
  const seen = { now: begin, longest: 0, calls: 0, after: 0 };
  const hidden = new AbortController();
  const clock = () => Math.floor(seen.now / tick) * tick;
  let timed = () => {};
  const client = {
    timed: (listener) => void (timed = listener),
    async request(_, path, __, { repeat = 1 } = {}) {
      if (hidden.signal.aborted) seen.after++;
      if (++seen.calls === hide) hidden.abort();
      assert.ok(repeat >= 1 && repeat <= 1000, `the worker does not answer ${repeat} times`);
      const until = /until=(\w+)/.exec(path)?.[1];
      const spent = cost * (PART[until] ?? 1) * repeat * (1 + ((seen.calls * 0.618) % 1) / 25 - 0.02);
      const start = clock();
      seen.now += spent;
      seen.longest = Math.max(seen.longest, spent);
      timed(path, { engine: (clock() - start) / repeat });
      seen.now += OVERHEAD + ((seen.calls * 0.414) % 1);
      return { stages: { candidates: { together: 9 }, out_of_stock: 0, filled_up: 0 }, returned: 8, recommendations: [{ product_id: 'x' }] };
    },
  };
  const measuring = measureStages(client, { clock, signal: hidden.signal });
  return { measuring, seen, took: () => seen.now - begin };
}

for (const tick of [0.005, 0.1, 1])
  for (const cost of [0.03, 0.2, 0.8, 5])
    test(`an answer of ${cost} ms by a clock of ${tick} ms`, async () => {
      const { measuring, seen, took } = simulated({ tick, cost });
      const lists = await measuring;
      assert.deepEqual(lists.map(({ name }) => name), ['Start page', 'Product page']);
      for (const { ms, whole } of lists) {
        const near = (is, part) => assert.ok(Math.abs(is - cost * part) < 0.05 * cost, `${is} ms, not ${cost * part}`);
        near(whole, 1);
        assert.equal(ms.length, 5);
        for (const [at, part] of [0.1, 0.3, 0.3, 0.05, 0.25].entries()) near(ms[at], part);
      }
      assert.ok(took() < 2600, `${took()} ms`);
      assert.ok(seen.longest <= 24, `a call of ${seen.longest} ms`);
    });

for (const tick of [16.67, 100])
  for (const cost of [0.03, 0.2, 0.8, 5])
    test(`an answer of ${cost} ms by a clock of ${tick} ms, which is too coarse`, async () => {
      const { measuring, seen, took } = simulated({ tick, cost });
      const lists = await measuring;
      assert.deepEqual(lists.map(({ ms, whole }) => [ms, whole]), [[[], null], [[], null]]);
      assert.deepEqual(lists[0].seen, [null, 9, 9, 9, 8]);
      assert.ok(took() < 1000, `${took()} ms`);
      assert.ok(seen.longest <= 100, `a call of ${seen.longest} ms`);
    });

test('a slow device has fewer rounds, of single answers', async () => {
  const { measuring, seen, took } = simulated({ tick: 0.1, cost: 120 });
  const [{ whole }] = await measuring;
  assert.ok(Math.abs(whole - 120) < 3, `${whole} ms`);
  assert.ok(seen.longest < 130, 'never two at once');
  assert.ok(took() < 4000, `${took()} ms`);
});

for (const hide of [3, 6, 40])
  test(`hidden at call ${hide}: none follows`, async () => {
    const { measuring, seen } = simulated({ tick: 0.1, cost: 0.2, hide });
    await assert.rejects(measuring, { name: 'AbortError' });
    assert.equal(seen.after, 0);
    assert.equal(seen.calls, hide);
  });
