/**
 * The page of insights: what became of the lists that this visitor saw, and the times of this device. Needs
 * build/demo-meaning/bundle (`./dev encoder`, `./dev demo shop --once`).
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { SHOP, SITE, axe, eventually, firstPage, startSite, untilWorkerActive, withBrowser } from './browser.mjs';
import { alone, ask, cramped, open, ready, search, startStaged, until } from './staged.mjs';

let site;
before(async () => {
  site = await startStaged();
});
after(() => site?.stop());
const limit = { timeout: 120000 };
const DAY = 86400;

const figure = (page, name) => page.locator('.figure', { has: page.getByText(name, { exact: true }) }).locator('dd').textContent();
const rows = (page, name) =>
  page.getByRole('region', { name, includeHidden: true }).locator('tbody tr').evaluateAll((lines) => lines.map((line) => [...line.cells].map((cell) => cell.textContent)));

async function insights(context, from = site) {
  const page = await firstPage(context, `${from.url}insights.html`);
  await ready(page);
  return page;
}

/** A visitor with lists on two days. */
async function visitor(page) {
  const { recommendations } = await ask(page, 'GET', '/api/v1/recommendations/homepage?limit=4');
  const [a, b, c] = recommendations.map(({ product_id: id }) => id);
  const now = Math.floor(Date.now() / 1000);
  const of = (type, item, ago, more = {}) => ({ type, item, time: now - ago * DAY, ...more });
  const home = { request: 'home', position: 1, context: 'homepage' };
  const events = [
    of('recommendation_click', a, 2, home),
    of('cart', a, 2, { ...home, quantity: 1 }),
    of('recommendation_click', b, 0, { request: 'page', position: 2, context: 'product_page' }),
    of('click', c, 0),
    of('cart', b, 0),
    of('purchase', a, 0, { ...home, quantity: 2, price: 12.5 }),
  ];
  const shown = [
    { request: 'home', context: 'homepage', count: 6, time: now - 2 * DAY },
    { request: 'page', context: 'product_page', count: 4, time: now },
    { request: 'long-ago', context: 'cart', count: 50, time: now - 60 * DAY },
  ];
  await ask(page, 'PUT', '/api/v1/me', { version: 1, events, shown });
}

test('nobody was here yet: it is said, with a way to the shop', limit, async () => {
  await withBrowser(alone, async (context) => {
    const page = await insights(context);
    assert.equal(await page.locator('#heading').textContent(), 'Nothing to tell yet');
    assert.deepEqual(await axe(page), []);
    await page.getByRole('link', { name: 'To the shop' }).click();
    await page.waitForURL(/shop\.html/);
    await page.locator('.tile').first().waitFor();
  });
});

test('figures, days, places, the way to the till', limit, async () => {
  await withBrowser({ ...alone, viewport: { width: 1280, height: 900 } }, async (context) => {
    const page = await insights(context);
    await visitor(page);
    await page.reload();
    await page.locator('.figures').waitFor();
    await page.getByText('What this device knows. Nothing is sent.').waitFor();
    assert.deepEqual(await Promise.all(['Seen', 'Opened', 'Click-through rate', 'Bought', 'Revenue'].map((name) => figure(page, name))), ['10', '2', '20\u00a0%', '1', '25']);
    const days = await rows(page, 'By day');
    assert.equal(days.length, 7, 'a week at least');
    assert.deepEqual(days[0].slice(1), ['4', '1', '25\u00a0%', '0', '0']);
    assert.deepEqual(days[2].slice(1), ['6', '1', '17\u00a0%', '1', '25']);
    assert.deepEqual(days[1].slice(1), ['0', '0', '–', '0', '0']);
    assert.deepEqual(await rows(page, 'By place'), [
      ['Start page', '6', '1', '17\u00a0%', '1', '25'],
      ['Product pages', '4', '1', '25\u00a0%', '0', '0'],
    ]);
    const steps = await page.locator('.step-line').evaluateAll((lines) => lines.map((line) => [line.dataset.stage, line.querySelector('.step-count').textContent]));
    assert.deepEqual(steps, [
      ['VIEW', '3 products'],
      ['CART_ADD', '2 products'],
      ['PURCHASE', '1 product'],
    ]);
    await page.getByText('1 product is still in the cart.').waitFor();
    // The chart is drawn, has a name, and the table below it opens by keyboard.
    const drawn = (at) => page.locator('.chart-canvas').nth(at).evaluate((place) => {
      const canvas = place.querySelector('canvas');
      return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0);
    });
    await page.locator('.chart canvas').first().waitFor();
    assert.equal(await drawn(0), true);
    assert.match(await page.getByRole('img', { name: /by day/ }).getAttribute('aria-label'), /^Seen and opened by day/);
    assert.deepEqual(await axe(page), []);
    await page.getByRole('radio', { name: 'Seen and opened' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('img', { name: /^Click-through rate by day/ }).waitFor();
    await page.locator('.folded summary').first().focus();
    await page.keyboard.press('Enter');
    await page.locator('.folded[open]').waitFor();
    assert.deepEqual(await axe(page), []);
    // Longer ago.
    await page.locator('#days').selectOption('90');
    await page.locator('.figure dd', { hasText: '60' }).waitFor();
    assert.equal(await figure(page, 'Seen'), '60');
    assert.equal((await rows(page, 'By day')).length, 61);
    // Other colours are drawn anew.
    await page.getByRole('button', { name: 'Dark colours' }).click();
    await page.waitForTimeout(300);
    assert.equal(await drawn(0), true);
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(await page.evaluate(() => window.__violations), []);
  });
});

/** The stages as the page has measured them: names, milliseconds and candidates of a list. */
async function stagesOf(page, list) {
  await page.locator('.stages[aria-busy=false] table').waitFor();
  const lines = await rows(page, 'Stages of a list');
  const number = (text) => (text === '–' || text === '' ? null : Number(/^[\d.]+/.exec(text)[0]));
  return lines.map((line) => ({ name: line[0], ms: number(line[1 + 2 * list]), seen: number(line[2 + 2 * list]) }));
}

for (const [mode, options] of [['the page', alone], ['the worker', {}]])
  test(`each stage has its own milliseconds, measured in ${mode}`, limit, async () => {
    await withBrowser(options, async (context) => {
      const page = await open(context, site);
      if (mode === 'the worker') await untilWorkerActive(page);
      await visitor(page);
      await page.goto(`${site.url}insights.html`);
      assert.equal(await page.evaluate(() => Boolean(navigator.serviceWorker.controller)), mode === 'the worker');
      const path = '/api/v1/recommendations/homepage?limit=12';
      const { stages: counts, returned } = await ask(page, 'GET', path);
      for (const [list, label] of ['Start page', 'Product page'].entries()) {
        const all = await stagesOf(page, list);
        assert.deepEqual(all.map(({ name }) => name), ['Read', 'Find', 'Score', 'Rules', 'Write', 'Whole']);
        const whole = all.pop();
        for (const { name, ms } of all) assert.ok(ms >= 0, `${label}, ${name}: ${ms}`);
        for (const name of ['Read', 'Find', 'Write']) assert.ok(all.find((one) => one.name === name).ms > 0, `${label}, ${name} takes no time`);
        const sum = all.reduce((total, { ms }) => total + ms, 0);
        assert.ok(whole.ms > 0 && sum >= whole.ms * 0.99 - 0.01 && sum <= whole.ms * 1.3 + 0.01, `${label}: the stages are ${sum} ms together, the whole ${whole.ms} ms`);
        if (list === 0) assert.deepEqual(all.map(({ seen }) => seen), [null, counts.candidates.together, counts.candidates.together, counts.candidates.together - counts.out_of_stock + counts.filled_up, returned]);
        else assert.ok(all.slice(1, 4).every(({ seen }) => seen >= 50) && all[4].seen === 8, `${label}: ${JSON.stringify(all)}`);
      }
      // By another clock, far away from the page: about as long.
      const [{ ms: read }, , , , , { ms: whole }] = await stagesOf(page, 0);
      const again = await page.evaluate(async (route) => {
        const { load } = await import('/pocketrec.mjs');
        const rec = await load({ bundle: 'bundle/', needs: ['shop', 'meaning'], notify: false });
        const times = [];
        for (const until of ['', '&until=read']) {
          await rec.call('GET', route + until, undefined, { seed: 1, repeat: 50 });
          times.push((await rec.call('GET', route + until, undefined, { seed: 1, repeat: 200 })).timing.engine);
        }
        rec.close();
        return times;
      }, path);
      console.log(`# ${mode}: ${JSON.stringify(await stagesOf(page, 0))} ${JSON.stringify(await stagesOf(page, 1))}; again ${again}`);
      for (const [here, there] of [[whole, again[0]], [read, again[1]]]) assert.ok(here > there / 5 && here < there * 5, `${here} ms on the page, ${there} ms beside it`);
      assert.deepEqual(await axe(page), []);
      // Fifty times the events: reading them takes longer, scoring does not.
      const before = await stagesOf(page, 0);
      const { events, ...state } = await ask(page, 'GET', '/api/v1/me');
      await ask(page, 'PUT', '/api/v1/me', { ...state, events: Array.from({ length: 50 }, () => events).flat() });
      await page.reload();
      const after = await stagesOf(page, 0);
      assert.ok(after[0].ms > before[0].ms * 5, `reading takes ${before[0].ms} ms, and of more events ${after[0].ms} ms`);
      assert.ok(after[2].ms < before[2].ms * 3 + 0.01, `scoring takes ${before[2].ms} ms, and after more events ${after[2].ms} ms`);
    });
  });

test('the keyboard stays in the table of stages when its figures arrive', limit, async () => {
  await withBrowser(alone, async (context) => {
    const page = await insights(context);
    await visitor(page);
    await page.addInitScript(() => {
      window.__idle = [];
      window.requestIdleCallback = (task) => window.__idle.push(task);
    });
    await page.reload();
    await page.locator('.stages[aria-busy=true] [role=region]').focus();
    await page.waitForFunction(() => window.__idle.length > 0);
    await page.evaluate(() => window.__idle.splice(0).forEach((task) => task()));
    assert.ok((await stagesOf(page, 0))[5].ms > 0);
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Stages of a list');
  });
});

test('stages are measured while the page is in sight', limit, async () => {
  await withBrowser(alone, async (context) => {
    const page = await insights(context);
    await visitor(page);
    await page.addInitScript(() => {
      window.__hidden = true;
      Object.defineProperty(document, 'hidden', { get: () => window.__hidden });
    });
    await page.reload();
    await page.locator('.stages').waitFor();
    const turn = (hidden) =>
      page.evaluate((is) => {
        window.__hidden = is;
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    const stillBusy = async () => {
      await page.waitForTimeout(4000);
      assert.equal(await page.locator('.stages').getAttribute('aria-busy'), 'true', 'measured out of sight');
    };
    await stillBusy();
    await turn(false);
    await page.waitForTimeout(300);
    await turn(true);
    await stillBusy();
    await turn(false);
    assert.ok((await stagesOf(page, 0))[5].ms > 0);
  });
});

test('a clock that is too coarse is said, and does not hold the page', limit, async () => {
  await withBrowser(alone, async (context) => {
    const page = await insights(context);
    await visitor(page);
    await page.addInitScript(() => {
      const exact = performance.now.bind(performance);
      performance.now = () => Math.floor(exact() / 100) * 100;
    });
    await page.reload();
    await page.locator('.stages[aria-busy=true]').waitFor();
    await page.locator('.stages[aria-busy=false]').waitFor({ timeout: 10000 });
    await page.getByText('This browser’s clock is too coarse to tell the stages apart.').waitFor();
    const all = await stagesOf(page, 0);
    assert.deepEqual(all.map(({ ms }) => ms), Array(6).fill(null));
    assert.ok(all[1].seen > 0, 'the candidates are counted all the same');
    assert.deepEqual(await axe(page), []);
  });
});

test('stages that could not be measured are measured anew', limit, async () => {
  await withBrowser(alone, async (context) => {
    const page = await insights(context);
    await visitor(page);
    await page.addInitScript(() => {
      const idle = window.requestIdleCallback.bind(window);
      window.requestIdleCallback = (task) => idle(() => ((window.__cut = true), task()));
      const fetched = window.fetch.bind(window);
      window.fetch = (...given) => (window.__cut && !window.__mended ? Promise.reject(new TypeError('cut off')) : fetched(...given));
    });
    await page.reload();
    await page.getByText('This could not be measured').waitFor();
    await page.evaluate(() => (window.__mended = true));
    await page.locator('#days').selectOption('90');
    await page.locator('.figure dd', { hasText: '60' }).waitFor();
    assert.ok((await stagesOf(page, 0))[5].ms > 0);
    assert.equal(await page.getByText('This could not be measured').count(), 0);
    // Neither are the stages of somebody who is forgotten those of who comes after.
    await page.getByRole('button', { name: 'Forget me' }).click();
    await page.getByRole('button', { name: 'Forget everything' }).click();
    await page.getByText('Nothing to tell yet').waitFor();
    await visitor(page);
    await page.locator('#days').selectOption('30');
    await page.locator('.stages[aria-busy=true]').waitFor();
    assert.ok((await stagesOf(page, 0))[5].ms > 0);
  });
});

test('choosing days by the arrow keys stays at the choice', limit, async () => {
  await withBrowser(alone, async (context) => {
    const page = await insights(context);
    await visitor(page);
    await page.reload();
    await page.locator('.figures').waitFor();
    assert.equal(await figure(page, 'Seen'), '10');
    await page.locator('#days').focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('.figure dd', { hasText: '60' }).waitFor();
    const focused = () => page.evaluate(() => [document.activeElement.id, document.activeElement.value]);
    assert.deepEqual(await focused(), ['days', '90']);
    assert.equal(await page.locator('#live').textContent(), 'What became of it: the last 90 days.');
    // Faster than the answers: the last choice is shown.
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowDown']) await page.keyboard.press(key);
    await page.waitForFunction(() => document.querySelector('#live').textContent === 'What became of it: the last 30 days.');
    assert.deepEqual(await focused(), ['days', '30']);
    assert.equal(await figure(page, 'Seen'), '10');
    await page.keyboard.press('Tab');
    assert.notDeepEqual(await focused(), ['days', '30']);
  });
});

test('what is done in the shop appears here, with its times; forgetting takes all of it', limit, async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context, site);
    await page.locator('.staged .tile-name').first().click();
    await page.locator('.product').waitFor();
    await search(page, 'headphones');
    await until(page, ({ events, shown }) => shown?.length > 0 && events.some(({ type }) => type === 'recommendation_click'));
    await page.waitForTimeout(1200);
    await page.goto(`${site.url}insights.html`);
    await page.locator('.figures').waitFor();
    assert.equal(await figure(page, 'Opened'), '1');
    assert.match(await figure(page, 'Click-through rate'), /%$/);
    const times = await rows(page, 'Times of each stage');
    for (const stage of ['Engine, homepage', 'Engine, product', 'Engine, search', 'State', 'Shards', 'Drawing', 'Whole view, home']) {
      const row = times.find(([name]) => name === stage);
      assert.ok(row, `${stage} was not measured: ${times.map(([name]) => name)}`);
      assert.match(row[1], /^\d+(\.\d+)?\u00a0ms$/);
      assert.ok(Number(row[3]) >= 1);
    }
    assert.deepEqual(await axe(page), []);
    await page.setViewportSize({ width: 320, height: 640 });
    await page.waitForTimeout(300);
    assert.deepEqual(await cramped(page), []);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export' }).click()]);
    const exported = JSON.parse(readFileSync(await download.path(), 'utf8'));
    assert.ok(exported.shown.length > 0);
    await page.getByRole('button', { name: 'Forget me' }).click();
    await page.getByRole('button', { name: 'Forget everything' }).click();
    await page.getByText('Nothing to tell yet').waitFor();
    assert.equal(await page.getByRole('heading', { name: 'Milliseconds on this device' }).count(), 0);
    assert.equal(await page.evaluate(() => localStorage.getItem('pocketrec.timings')), null);
  });
});

test('the charts come with this page alone, which works without a network once it was open', limit, async () => {
  const mine = await startStaged();
  let stopped = false;
  try {
    await withBrowser({}, async (context) => {
      const page = await open(context, mine);
      await untilWorkerActive(page);
      await page.waitForTimeout(1000);
      assert.ok(!mine.requests.some(({ path }) => path.includes('insights')), 'the shop loads the charts');
      await page.goto(`${mine.url}insights.html`);
      await ready(page);
      await eventually(page, async () => {
        const kept = await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
        return kept.flat().some((url) => url.endsWith('/insights.html')) && kept.flat().filter((url) => /assets\/insights-/.test(url)).length === 2;
      });
      await visitor(page);
      await mine.stop();
      stopped = true;
      await context.setOffline(true);
      await page.goto(`${mine.url}insights.html`);
      await page.locator('.figures').waitFor();
      await page.locator('.chart canvas').first().waitFor();
    });
  } finally {
    if (!stopped) await mine.stop();
  }
});

test('a bundle without meaning has no insights, and leads to what it has', limit, async () => {
  const mine = await startSite([
    ['/bundle/', SHOP],
    ['/', SITE],
  ]);
  try {
    await withBrowser(alone, async (context) => {
      const page = await firstPage(context, `${mine.url}insights.html`);
      await page.waitForURL(/shop\.html/);
    });
  } finally {
    await mine.stop();
  }
});
