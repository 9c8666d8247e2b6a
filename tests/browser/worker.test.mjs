/**
 * The service worker: the routes, offline, two tabs, the same bytes with and without it, and a clean change of
 * version.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BUNDLE, SITE, cardIds, eventually, firstPage, onboard, startSite, untilWorkerActive, withBrowser } from './browser.mjs';

let site;
before(async () => {
  site = await startSite();
});
after(() => site?.stop());

/** A page under the worker, after one visit. */
async function visited(context, url) {
  const page = await firstPage(context, url);
  await onboard(page);
  await untilWorkerActive(page);
  // Everything that the visit needs later has come once this is in the cache.
  await eventually(page, async () => {
    const manifest = await (await fetch('bundle/manifest.json')).json();
    const names = (await caches.keys()).filter((name) => name.startsWith('pocketrec-bundle'));
    const cache = await caches.open(names[0]);
    return names.length === 1 && (await cache.keys()).length === manifest.shards.length + 1;
  });
  return page;
}

const api = (page, method, path, body, headers = {}) =>
  page.evaluate(
    async ([m, p, b, h]) => {
      const response = await fetch(p, { method: m, headers: h, ...(b === undefined ? {} : { body: b }) });
      return { status: response.status, by: response.headers.get('x-pocketrec'), text: await response.text() };
    },
    [method, path, body, headers],
  );

test('the worker answers the routes', async () => {
  await withBrowser({}, async (context) => {
    const page = await visited(context, site.url);
    await page.reload();
    await page.locator('.card').first().waitFor();
    for (const path of [
      'api/v1/health',
      'api/v1/onboarding',
      'api/v1/items/popular?n=3',
      'api/v1/workouts/recommendations?n=5',
      'openapi.json',
    ]) {
      const { status, by, text } = await api(page, 'GET', path);
      assert.equal(status, 200, `${path}: ${text.slice(0, 200)}`);
      assert.ok(by, `${path} was not answered by the worker`);
      JSON.parse(text);
    }
    const wrong = await api(page, 'POST', 'api/v1/onboarding', '{"level":"Superhuman"}');
    assert.equal(wrong.status, 422);
    assert.equal(JSON.parse(wrong.text).error.field, 'level');
    assert.equal((await api(page, 'POST', 'api/v1/onboarding', '[[[')).status, 400);
    assert.equal((await api(page, 'GET', 'api/v1/nothing')).status, 404);
    assert.equal((await api(page, 'PATCH', 'api/v1/me', '{}')).status, 405);
    assert.equal((await api(page, 'POST', 'api/v1/query', 'x'.repeat(2 << 20))).status >= 400, true);
    assert.ok(!site.requests.some((request) => request.path.startsWith('/api/')), 'a route went to the server');
  });
});

test('offline after one visit: reload, list, events', async () => {
  const mine = await startSite();
  let stopped = false;
  try {
    await withBrowser({}, async (context) => {
      const page = await visited(context, mine.url);
      const list = await cardIds(page);
      await mine.stop();
      stopped = true;
      await context.setOffline(true);
      await page.reload();
      await page.locator('.card').first().waitFor();
      assert.deepEqual(await cardIds(page), list);
      await page.getByText('Offline', { exact: true }).waitFor();
      await page.locator('.card').nth(0).locator('.act-dislike').click();
      await page.locator('.card.leaving').first().waitFor();
      await page.locator('#theme').focus();
      await page.waitForFunction((id) => document.querySelector('.card').dataset.id !== id, list[0]);
      await page.locator('.card').nth(2).locator('.text-button').click();
      await page.locator('.parts').waitFor();
      await page.reload();
      await page.locator('.card').first().waitFor();
      assert.ok(!(await cardIds(page)).includes(list[0]), 'the event was lost');
      const search = await api(page, 'POST', 'api/v1/workouts/query', '{"must":{"keywords":"gentle"},"n":3}');
      assert.equal(search.status, 200, search.text.slice(0, 200));
    });
  } finally {
    if (!stopped) await mine.stop();
  }
});

test('two tabs lose no event, and each hears of the other', async () => {
  await withBrowser({}, async (context) => {
    const first = await visited(context, site.url);
    const second = await context.newPage();
    await second.goto(site.url); // under the worker, while the first tab runs the engine itself
    await second.locator('.card').first().waitFor();
    const ids = await cardIds(first);
    const send = (page, from) =>
      page.evaluate(
        async ([module, items]) => {
          const { load } = await import(module);
          const rec = await load({ bundle: 'bundle/' });
          await Promise.all(items.map((item) => rec.event('like', item)));
          rec.close();
        },
        ['/pocketrec.mjs', Array.from({ length: 40 }, (_, i) => ids[(i + from) % ids.length])],
      );
    const post = (page) =>
      page.evaluate(
        (items) =>
          Promise.all(
            items.map((item) =>
              fetch('api/v1/events', { method: 'POST', body: JSON.stringify({ type: 'start', item }) }),
            ),
          ).then((all) => all.map((one) => one.status)),
        Array(40).fill(ids[0]),
      );
    const [, , statuses] = await Promise.all([send(first, 0), send(first, 3), post(second)]);
    assert.ok(statuses.every((status) => status === 201));
    const { events } = JSON.parse((await api(second, 'GET', 'api/v1/me')).text);
    assert.equal(events.length, 120);

    const list = await cardIds(second);
    await second.locator('.card').nth(5).locator('.act-dislike').click();
    await first.waitForFunction(
      (id) => ![...document.querySelectorAll('.card')].some((card) => card.dataset.id === id),
      list[5],
    );
  });
});

test('the same bytes from the worker and from the page itself', { timeout: 120000 }, async () => {
  await withBrowser({}, async (context) => {
    const page = await visited(context, site.url);
    await page.reload();
    await page.locator('.card').first().waitFor();
    const different = await page.evaluate(async () => {
      const { load } = await import('/pocketrec.mjs');
      const state = { text: '' };
      const rec = await load({
        bundle: 'bundle/',
        state: { get: () => state.text, set: (text) => (state.text = text) },
      });
      const { dimensions } = await rec.questions();
      const popular = (await rec.request('GET', '/api/v1/items/popular?n=50')).recommendations.map((item) => item.id);
      await fetch('api/v1/me', { method: 'DELETE' });
      let random = 7;
      const pick = (values) => values[(random = (random * 48271) % 2147483647) % values.length];
      const answers = () =>
        Object.fromEntries(
          dimensions.map((d) => [
            d.input,
            d.many ? [pick(d.values), pick(d.values)].filter((v, i, all) => all.indexOf(v) === i) : pick(d.values),
          ]),
        );
      const kinds = [
        () => [
          'POST',
          '/api/v1/onboarding',
          { ...answers(), n: pick([1, 5, 10, 30]), knobs: { mmr: pick([0, 0.3, 1]), explore: pick([0, 0.5]) } },
        ],
        () => ['POST', '/api/v1/onboarding', { ...answers(), n: 10 }],
        () => [
          'POST',
          '/api/v1/events',
          { type: pick(['start', 'complete', 'abandon', 'like', 'dislike']), item: pick(popular) },
        ],
        () => ['GET', '/api/v1/workouts/recommendations?n=7'],
        () => [
          'POST',
          '/api/v1/workouts/query',
          { must: { keywords: pick(['gentle', 'morning power', 'legs']) }, n: 5 },
        ],
        () => ['GET', `/api/v1/explain/${pick(popular)}`],
        () => ['GET', '/api/v1/me'],
        () => ['POST', '/api/v1/onboarding', { nonsense: 1 }],
      ];
      const wrong = [];
      for (let i = 0; i < 500; i++) {
        const [method, path, body] = pick(kinds)();
        const [now, seed] = [1763690000 + i * 100, 1000 + i];
        const text = body === undefined ? undefined : JSON.stringify(body);
        const response = await fetch(`.${path}`, {
          method,
          body: text,
          headers: { 'x-pocketrec-now': String(now), 'x-pocketrec-seed': String(seed) },
        });
        const there = `${response.status} ${await response.text()}`;
        const reply = await rec.call(method, path, text, { now, seed });
        if (there !== `${reply.status} ${reply.text}`)
          wrong.push(`${method} ${path} ${text}\n${there.slice(0, 300)}\n${reply.text.slice(0, 300)}`);
      }
      return wrong;
    });
    assert.deepEqual(different.slice(0, 2), []);
  });
});

test('without a service worker the page runs the engine', async () => {
  await withBrowser({ serviceWorkers: 'block' }, async (context) => {
    const page = await firstPage(context, site.url);
    await onboard(page);
    assert.equal(await page.evaluate(() => Boolean(navigator.serviceWorker?.controller)), false);
    await page.locator('.card').nth(1).locator('.act-like').click();
    await page.locator('.act-like[aria-pressed=true]').waitFor();
    await page.reload();
    await page.locator('.card').first().waitFor();
    assert.deepEqual(await page.evaluate(() => window.__violations), []);
  });
});

test('a new build takes over cleanly, and never half', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pocketrec-site-'));
  cpSync(SITE, folder, { recursive: true });
  const mine = await startSite([
    ['/bundle/', BUNDLE],
    ['/', folder],
  ]);
  try {
    await withBrowser({}, async (context) => {
      const page = await visited(context, mine.url);
      await page.reload();
      await page.locator('.card').first().waitFor();
      const build = () => page.locator('meta[name=pocketrec-build]').getAttribute('content');
      const old = await build();
      const next = 'b'.repeat(old.length);
      // A worker of the next build whose page has not arrived yet must not be installed.
      for (const name of ['sw.js'])
        writeFileSync(join(folder, name), readFileSync(join(folder, name), 'utf8').replaceAll(old, next));
      await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update().catch(() => {}));
      await page.waitForTimeout(500);
      assert.equal(
        await page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting)),
        false,
      );
      await page.reload();
      await page.locator('.card').first().waitFor();
      assert.equal(await build(), old);
      // Now all of it is there.
      writeFileSync(join(folder, 'index.html'), readFileSync(join(folder, 'index.html'), 'utf8').replaceAll(old, next));
      await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update().catch(() => {}));
      await eventually(page, async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting));
      const other = await context.newPage();
      await other.goto(mine.url);
      await other.locator('.card').first().waitFor();
      assert.equal(
        await other.locator('meta[name=pocketrec-build]').getAttribute('content'),
        old,
        'two open pages must not see two builds',
      );
      await other.close();
      // The browser may count the closed page for a moment; the next visit then takes the new build.
      const taken = () =>
        page
          .waitForFunction((id) => document.querySelector('meta[name=pocketrec-build]')?.content === id, next, {
            timeout: 3000,
          })
          .then(
            () => true,
            () => false,
          );
      for (let visit = 0; visit < 10; visit++) {
        // The page may load itself again before this load is complete: only its beginning is waited for.
        await page.goto(mine.url, { waitUntil: 'commit' }).catch(() => {});
        if (await taken()) break;
      }
      assert.equal(await build(), next);
      await page.locator('.card').first().waitFor();
      const caches = await page.evaluate(async () =>
        (await window.caches.keys()).filter((name) => name.startsWith('pocketrec-site')),
      );
      assert.equal(caches.length, 1);
    });
  } finally {
    await mine.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
