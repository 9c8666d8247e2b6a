/**
 * The shop in four stages: lists, what of them was seen and opened, the cart and what goes with it, the cross-encoder on the
 * device. Needs build/demo-meaning/bundle (`./dev encoder`, `./dev demo shop --once`).
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LETTERS, writeModel } from '../parity/small_bert.mjs';
import { BUNDLE, MEANING, ROOT, SITE, axe, firstPage, onboard, seal, startSite, untilWorkerActive, withBrowser } from './browser.mjs';
import { alone, ask, cramped, manifest, open, ready, search, startStaged, until } from './staged.mjs';

const COMMAND = process.env.PR_TEST_COMMAND ?? join(ROOT, 'build/native/pocketrec');

let site;
before(async () => {
  site = await startStaged();
});
after(() => site?.stop());
const limit = { timeout: 120000 };
const section = (page, name) => page.getByRole('region', { name, exact: true });
const idsIn = (place) => place.locator('.tile').evaluateAll((tiles) => tiles.map((tile) => tile.dataset.id));
const cartIds = (page) => page.locator('.cart-line').evaluateAll((lines) => lines.map((line) => line.dataset.id));
const count = (page) => page.locator('#cart-count').textContent();

/** How much of which list the device has noted as seen. */
const seen = (state, context) => (state.shown ?? []).filter((row) => row.context === context).reduce((sum, row) => sum + row.count, 0);

test('what was really in sight is told once for a list, and a product that is opened from it is a click', limit, async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context, site);
    const first = section(page, 'To begin with');
    const visible = await first.locator('.tile').evaluateAll(
      (tiles) =>
        tiles.filter((tile) => {
          const { left, width } = tile.getBoundingClientRect();
          return Math.min(innerWidth, left + width) - left >= width / 2;
        }).length,
    );
    const total = await first.locator('.tile').count();
    assert.ok(visible > 0 && visible < total);
    const request = await first.getAttribute('data-request');
    const state = await until(page, (now) => seen(now, 'homepage') > 0);
    assert.deepEqual(state.shown.map((row) => [row.request, row.context, row.count]), [[request, 'homepage', visible]]);
    // Scrolled away and back: nothing is seen twice; what comes into sight is added to the same list.
    await first.locator('.shelf-list').evaluate((list) => list.scrollTo({ left: list.scrollWidth }));
    const more = await until(page, (now) => seen(now, 'homepage') > visible);
    await first.locator('.shelf-list').evaluate((list) => list.scrollTo({ left: 0 }));
    await page.waitForTimeout(3500);
    const later = await ask(page, 'GET', '/api/v1/me');
    assert.ok(seen(later, 'homepage') <= total);
    assert.equal(seen(later, 'homepage'), seen(more, 'homepage'));
    assert.equal(later.shown.length, 1, 'a list has more than one row');
    // A quick click: the card that was opened counts as seen.
    const [id] = (await idsIn(first)).slice(1);
    await first.locator('.tile-name').nth(1).click();
    await page.locator(`.product[data-id="${id}"]`).waitFor();
    const { events } = await until(page, (now) => now.events.length === 2);
    assert.deepEqual(
      events.map(({ type, item, request: list, position, context: place }) => [type, item, list, position, place]),
      [
        ['recommendation_click', id, request, 2, 'homepage'],
        ['click', id, request, 2, 'homepage'],
      ],
    );
    const performance = await ask(page, 'GET', '/api/v1/analytics/recommendations/performance');
    assert.equal(performance.total.clicks, 1);
    assert.ok(performance.total.impressions >= visible);
    // Opened from no list: no click on a recommendation.
    await page.goto(`${site.url}shop.html#/product/${(await idsIn(section(page, 'You may also like')))[0]}`);
    const plain = await until(page, (now) => now.events.length === 3);
    assert.equal(plain.events[2].type, 'click');
    assert.equal(plain.events[2].request, undefined);
  });
});

test('a click is never kept without the sight of what was clicked', limit, async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context, site);
    await section(page, 'To begin with').locator('.tile-name').first().click();
    const now = await until(page, ({ events }) => events.some(({ type }) => type === 'recommendation_click'));
    assert.ok(seen(now, 'homepage') > 0);
  });
});

test('a category has a row of its own, whose products are told by where they stood', limit, async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context, site);
    const problems = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await section(page, 'To begin with').locator('.tile-name').first().click();
    await page.locator('.product').waitFor();
    const crumb = page.locator('.crumbs a').last();
    const name = await crumb.textContent();
    await ask(page, 'GET', `/api/v1/recommendations/category/${encodeURIComponent(name)}`); // its parts are here then
    await crumb.click();
    const row = section(page, `Picks in ${name}`);
    await row.waitFor();
    const heads = await page.locator('#view h1, #view h2').allTextContents();
    assert.deepEqual(heads, [`Results for “${name}”`, `Picks in ${name}`, 'All results']);
    assert.equal(await row.getAttribute('data-context'), 'category_page');
    assert.deepEqual(await axe(page), []);
    const ids = await idsIn(row);
    const { recommendations } = await ask(page, 'GET', `/api/v1/recommendations/category/${encodeURIComponent(name)}`);
    assert.deepEqual(ids, recommendations.map(({ product_id: id }) => id));
    assert.ok(ids.length > 3 && recommendations.every(({ category }) => category.split(' > ').includes(name)));
    // Seen, opened: told with the list and the place.
    const request = await row.getAttribute('data-request');
    await until(page, (now) => seen(now, 'category_page') > 0);
    await row.locator('.tile-name').nth(1).click();
    await page.locator(`.product[data-id="${ids[1]}"]`).waitFor();
    const { events, shown } = await until(page, (now) => now.events.some(({ context: place }) => place === 'category_page'));
    assert.ok(shown.some((list) => list.request === request && list.context === 'category_page'));
    assert.ok(events.some(({ type, item, request: list, position, context: place }) => type === 'recommendation_click' && item === ids[1] && list === request && position === 2 && place === 'category_page'));
    const performance = await ask(page, 'GET', '/api/v1/analytics/recommendations/performance');
    assert.equal(performance.by_context.find(({ context: place }) => place === 'category_page').clicks, 1);
    // Other words are no category: no row, and nothing is said of it.
    await search(page, 'wireless');
    assert.equal(await page.getByRole('region', { name: /^Picks in/ }).count(), 0);
    // On a small screen.
    await search(page, name);
    await row.waitFor();
    await page.setViewportSize({ width: 320, height: 640 });
    assert.deepEqual(await cramped(page), []);
    assert.deepEqual(problems, []);
  });
});

test('a category in other capitals has its row too; one that comes late stands below the results', limit, async () => {
  const parts = manifest.shards.filter(({ table }) => table === 'categories').map(({ file }) => file);
  await withBrowser(alone, async (context) => {
    await context.route(
      ({ pathname }) => parts.some((file) => pathname.endsWith(file)),
      async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 3000));
        await route.continue();
      },
    );
    const page = await open(context, site);
    const { recommendations } = await ask(page, 'GET', '/api/v1/recommendations/homepage');
    const name = recommendations[0].category.split(' > ').at(-1);
    await search(page, name.toUpperCase());
    const row = section(page, `Picks in ${name}`);
    assert.equal(await row.count(), 0);
    await row.waitFor();
    const [results, picks] = await Promise.all([page.locator('.results').boundingBox(), row.boundingBox()]);
    assert.ok(picks.y >= results.y + results.height);
    assert.deepEqual(await page.locator('#view h1, #view h2').allTextContents(), [`Results for “${name.toUpperCase()}”`, `Picks in ${name}`]);
  });
});

test('a hidden page sees nothing', limit, async () => {
  await withBrowser(alone, async (context) => {
    await context.addInitScript(() => Object.defineProperty(Document.prototype, 'visibilityState', { get: () => window.__hidden ?? 'hidden' }));
    const page = await open(context, site);
    await page.waitForTimeout(3000);
    assert.equal(seen(await ask(page, 'GET', '/api/v1/me'), 'homepage'), 0);
    await page.evaluate(() => {
      window.__hidden = 'visible';
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await until(page, (now) => seen(now, 'homepage') > 0);
  });
});

test('the cart: how many of each, the total, out again, and what goes with it is none of it', limit, async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context, site, '#/cart');
    assert.equal(await page.locator('#heading').textContent(), 'Your cart is empty');
    assert.deepEqual(await axe(page), []);
    await page.goto(`${site.url}shop.html#/`);
    const home = section(page, 'To begin with');
    const [first, second] = await idsIn(home);
    await home.locator('.tile-put').first().click();
    await page.waitForFunction(() => document.querySelector('#cart-count').textContent === '1');
    // From a product's own page, with its list.
    await home.locator('.tile-name').nth(1).click();
    await page.getByRole('button', { name: 'Add to cart', exact: true }).click();
    await page.waitForFunction(() => document.querySelector('#cart-count').textContent === '2');
    await page.getByRole('link', { name: 'Cart, 2' }).click();
    await page.locator('.cart-line').nth(1).waitFor();
    assert.deepEqual(await cartIds(page), [second, first], 'the latest comes first');
    const price = async (id) => (await ask(page, 'GET', `/recommendations/product/${id}?response_limit=1`)).product.price;
    const [a, b] = [await price(first), await price(second)];
    const total = async () => Number((await page.locator('#total').textContent()).replace(/,/g, ''));
    assert.equal((await total()).toFixed(2), (a + b).toFixed(2));
    const complements = section(page, 'Goes with it');
    await complements.waitFor();
    for (const id of await idsIn(complements)) assert.ok(![first, second].includes(id), `${id} is in the cart`);
    assert.deepEqual(await axe(page), []);
    // One more, one less, by keyboard; the focus stays on the button.
    const more = page.getByRole('button', { name: /^One more/ }).nth(1);
    await more.focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('#cart-count').textContent === '3');
    await page.locator('.cart-quantity', { hasText: '2' }).waitFor(); // the lines follow the count
    assert.equal((await total()).toFixed(2), (2 * a + b).toFixed(2));
    assert.equal(await page.evaluate(() => document.activeElement.dataset.act), 'One more');
    await page.reload();
    await page.locator('.cart-line').nth(1).waitFor();
    assert.equal(await count(page), '3', 'the cart does not outlast a reload');
    await page.locator(`.cart-line[data-id="${first}"] [data-act="One less"]`).click();
    await page.waitForFunction(() => document.querySelector('#cart-count').textContent === '2');
    assert.equal((await ask(page, 'GET', '/api/v1/me')).events.filter(({ type }) => type === 'cart_remove').length, 0, 'a correction is no refusal');
    // Something that goes with it, put in from there, leaves that list.
    const [third] = await idsIn(complements);
    await complements.locator('.tile-put').first().click();
    await page.locator(`.cart-line[data-id="${third}"]`).waitFor();
    assert.ok(!(await idsIn(complements)).includes(third));
    await page.locator(`.cart-line[data-id="${second}"] [data-act="Remove"]`).click();
    await page.locator(`.cart-line[data-id="${second}"]`).waitFor({ state: 'detached' });
    const { events } = await ask(page, 'GET', '/api/v1/me');
    const put = events.findLast(({ type, item }) => type === 'cart' && item === third);
    assert.deepEqual([put.context, put.position, typeof put.request, put.quantity], ['cart', 1, 'string', 1]);
    assert.deepEqual(events.filter(({ type }) => type === 'cart_remove').map(({ item }) => item), [second]);
    await page.getByRole('button', { name: 'Buy' }).click();
    await page.getByRole('heading', { name: 'Thank you' }).waitFor();
    assert.equal(await count(page), '');
    assert.deepEqual(await axe(page), []);
    const bought = (await ask(page, 'GET', '/api/v1/me')).events.filter(({ type }) => type === 'purchase');
    assert.deepEqual(new Set(bought.map(({ item }) => item)), new Set([first, third]));
    const performance = await ask(page, 'GET', '/api/v1/analytics/recommendations/performance');
    assert.equal(performance.total.conversions, 2);
    assert.equal(performance.total.revenue.toFixed(2), (a + (await price(third))).toFixed(2));
    assert.deepEqual(await page.evaluate(() => window.__violations), []);
  });
});

test('the cart and a product on 320 px, in the dark', limit, async () => {
  await withBrowser({ ...alone, colorScheme: 'dark', viewport: { width: 320, height: 640 } }, async (context) => {
    const page = await open(context, site);
    assert.deepEqual(await cramped(page), [], 'the start page');
    await section(page, 'To begin with').locator('.tile-name').first().click();
    await page.getByRole('button', { name: 'Add to cart', exact: true }).click();
    await page.waitForFunction(() => document.querySelector('#cart-count').textContent === '1');
    assert.deepEqual(await cramped(page), [], 'a product');
    assert.deepEqual(await axe(page), []);
    await page.goto(`${site.url}shop.html#/cart`);
    await section(page, 'Goes with it').waitFor();
    assert.deepEqual(await cramped(page), [], 'the cart');
    assert.deepEqual(await axe(page), []);
  });
});

test('the wish list is kept, and a wish can be taken back', limit, async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context, site);
    await section(page, 'To begin with').locator('.tile-name').first().click();
    const wish = page.getByRole('button', { name: 'Wish list' });
    await wish.click();
    await page.locator('.wish[aria-pressed=true]').waitFor();
    assert.deepEqual(await axe(page), []);
    await page.reload();
    await page.locator('.wish[aria-pressed=true]').waitFor();
    assert.equal((await ask(page, 'GET', '/api/v1/me')).events.filter(({ type }) => type === 'like').length, 1);
    await wish.click();
    await page.locator('.wish[aria-pressed=false]').waitFor();
    assert.equal((await ask(page, 'GET', '/api/v1/me')).events.filter(({ type }) => type === 'like').length, 0);
  });
});

test('the cart without a network, and from another tab', limit, async () => {
  const mine = await startStaged();
  let stopped = false;
  try {
    await withBrowser({}, async (context) => {
      const page = await open(context, mine);
      await untilWorkerActive(page);
      await page.reload();
      await ready(page);
      const other = await context.newPage();
      await other.goto(`${mine.url}shop.html`);
      await ready(other);
      await section(page, 'To begin with').locator('.tile-put').first().click();
      await page.waitForFunction(() => document.querySelector('#cart-count').textContent === '1');
      await other.waitForFunction(() => document.querySelector('#cart-count').textContent === '1');
      await page.waitForFunction(async () => {
        const { shards } = await (await fetch('bundle/manifest.json')).json();
        const [name] = (await caches.keys()).filter((one) => one.startsWith('pocketrec-bundle:'));
        return (await (await caches.open(name)).keys()).length >= shards.length;
      });
      await page.waitForTimeout(1500);
      await mine.stop();
      stopped = true;
      await context.setOffline(true);
      await page.goto(`${mine.url}shop.html#/cart`);
      await page.locator('.cart-line').first().waitFor();
      await section(page, 'Goes with it').waitFor();
      await page.getByRole('button', { name: 'Buy' }).click();
      await page.getByRole('heading', { name: 'Thank you' }).waitFor();
    });
  } finally {
    if (!stopped) await mine.stop();
  }
});

/** The site with a small cross-encoder in its bundle; without one nobody could have it here. */
async function withCrossEncoder(task) {
  const folder = mkdtempSync(join(tmpdir(), 'pocketrec-cross-'));
  const mine = await startStaged();
  try {
    writeModel(join(folder, 'model'), 1, LETTERS);
    execFileSync(COMMAND, ['encoder', join(folder, 'model'), '--out', join(folder, 'cross')], { stdio: 'ignore' });
    const bytes = readFileSync(join(folder, 'cross'));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const file = `cross_encoder-${sha256.slice(0, 16)}.safetensors`;
    const shard = { table: 'cross_encoder', first_row: 0, rows: 1, file, bytes: bytes.length, sha256 };
    mine.broken.set('/bundle/manifest.json', seal({ ...manifest, shards: [...manifest.shards, shard] }));
    mine.broken.set(`/bundle/${file}`, bytes);
    await task(mine, `/bundle/${file}`);
  } finally {
    await mine.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('a cross-encoder in the bundle orders a free list on the device; without one that is said', limit, async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context, site);
    assert.equal(await page.locator('.staged').first().getAttribute('data-skipped'), 'no_pair_scores');
    await page.getByText('the third stage, a cross-encoder, was left out').first().waitFor();
  });
  await withCrossEncoder(async (mine, path) => {
    await withBrowser(alone, async (context) => {
      const page = await firstPage(context, `${mine.url}shop.html`);
      await ready(page);
      // A taste, so that there is a query.
      await section(page, 'To begin with').locator('.tile-name').first().click();
      await page.locator('.product').waitFor();
      await until(page, (now) => now.events.length === 2);
      const place = page.locator('.staged').first();
      assert.equal(mine.requests.filter((request) => request.path === path).length, 0, 'it came unasked');
      await place.getByRole('button', { name: /^Load it/ }).focus();
      await page.keyboard.press('Enter');
      await page.locator('.staged:not([data-reranked="0"])').waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.className), 'staged-note', 'the focus is lost with the button');
      await page.getByText(/Ordered by a cross-encoder on this device: \d+ of \d+ texts in \d+ ms\./).waitFor();
      assert.deepEqual(await axe(page), []);
      // From now on by itself, from the cache.
      await page.goto(`${mine.url}shop.html#/`);
      await page.reload();
      // On a busy machine it comes when the list was seen already, and is offered.
      await page.locator('.staged:not([data-reranked="0"])').or(page.locator('.pending-button')).first().waitFor();
      if (await page.locator('.pending-button').count()) await page.locator('.pending-button').click();
      await page.locator('.staged:not([data-reranked="0"])').waitFor();
      assert.equal(mine.requests.filter((request) => request.path === path).length, 1);
      const picked = await idsIn(section(page, 'Picked for you'));
      assert.ok(picked.length > 3 && new Set(picked).size === picked.length);
      // It can be taken away again, which gives its room back.
      await page.goto(`${mine.url}shop.html#/data`);
      await section(page, 'A finer order').getByRole('button', { name: /^Remove the cross-encoder/ }).click();
      await section(page, 'A finer order').getByText(/^The cross-encoder is not here\./).waitFor();
      const kept = await page.evaluate(async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)))).flat());
      assert.deepEqual(kept.filter((url) => url.includes('cross_encoder')), []);
      await page.goto(`${mine.url}shop.html#/`);
      await page.getByRole('button', { name: /^Load it/ }).first().waitFor();
    });
  });
});

/** Scores of pairs come so late that the list has been seen by then. */
function lateScores() {
  const Plain = window.Worker;
  window.Worker = class extends Plain {
    postMessage(message, ...more) {
      setTimeout(() => super.postMessage(message, ...more), message.type === 'score' ? 3000 : 0);
    }
  };
}

test('a list that was seen does not move when its finer order comes late: that is offered', limit, async () => {
  await withCrossEncoder(async (mine) => {
    await withBrowser(alone, async (context) => {
      const page = await firstPage(context, `${mine.url}shop.html`);
      await ready(page);
      await section(page, 'To begin with').locator('.tile-name').first().click();
      await page.locator('.product').waitFor();
      await page.getByRole('button', { name: /^Load it/ }).first().click();
      await page.locator('.staged:not([data-reranked="0"])').waitFor();
      await context.addInitScript(lateScores);
      await page.goto(`${mine.url}shop.html#/`);
      await page.reload();
      const list = page.locator('.staged .shelf');
      const request = await list.getAttribute('data-request');
      await page.locator('.pending-button').waitFor();
      assert.equal(await list.getAttribute('data-request'), request, 'the list moved under the reader');
      await until(page, (now) => now.shown?.some((row) => row.request === request));
      await page.locator('.pending-button').click();
      await page.locator('.staged:not([data-reranked="0"])').waitFor();
      assert.notEqual(await list.getAttribute('data-request'), request);
    });
  });
});

test('pressing "Buy" twice buys once', limit, async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context, site);
    const home = section(page, 'To begin with');
    const [first, second] = await idsIn(home);
    for (const at of [0, 1]) {
      await home.locator('.tile-put').nth(at).click();
      await page.waitForFunction((text) => document.querySelector('#cart-count').textContent === text, String(at + 1));
    }
    await page.goto(`${site.url}shop.html#/cart`);
    await page.locator('.cart-line').nth(1).waitFor();
    await page.getByRole('button', { name: 'Buy' }).evaluate((button) => {
      button.click();
      button.click();
    });
    await page.getByRole('heading', { name: 'Thank you' }).waitFor();
    await page.waitForTimeout(1000);
    const { events } = await ask(page, 'GET', '/api/v1/me');
    assert.deepEqual(events.filter(({ type }) => type === 'purchase').map(({ item }) => item), [second, first]);
  });
});

/** Parts of the bundle as they should not be: none of a table comes, or not as the manifest promises. */
function bend(mine, table, how) {
  for (const { file } of manifest.shards.filter((shard) => shard.table === table)) {
    const bytes = readFileSync(join(MEANING, file));
    bytes[bytes.length >> 1] ^= 1;
    mine.broken.set(`/bundle/${file}`, how === 'damaged' ? bytes : 503);
  }
}

test('a list that cannot be had takes neither the product nor the start page with it', limit, async () => {
  for (const how of ['missing', 'damaged']) {
    const mine = await startStaged();
    try {
      bend(mine, 'clusters', how); // what is like a product
      bend(mine, 'trending', how); // the rows that the shop always has
      await withBrowser(alone, async (context) => {
        const page = await open(context, mine);
        const first = section(page, 'To begin with');
        await first.locator('.tile').first().waitFor();
        await page.locator('#notice', { hasText: /^A part of the (data|bundle) /i }).waitFor();
        const name = await first.locator('.tile-name').first().textContent();
        await first.locator('.tile-name').first().click();
        await page.locator('.product').waitFor();
        assert.equal(await page.locator('#heading').textContent(), name, how);
        await page.locator('#notice', { hasText: /^A part of the (data|bundle) /i }).waitFor();
        await page.getByRole('button', { name: 'Add to cart', exact: true }).click();
        await page.waitForFunction(() => document.querySelector('#cart-count').textContent === '1');
        mine.broken.clear();
        await page.reload();
        await section(page, 'You may also like').locator('.tile').first().waitFor();
      });
    } finally {
      await mine.stop();
    }
  }
});

test('what is forgotten or brought back is forgotten and brought back for the cart, the next look and the times as well', limit, async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context, site);
    await section(page, 'To begin with').locator('.tile-name').first().click();
    await page.getByRole('button', { name: 'Add to cart', exact: true }).click();
    await page.waitForFunction(() => document.querySelector('#cart-count').textContent === '1');
    const address = page.url();
    const before = await ask(page, 'GET', '/api/v1/me');
    const { item, request } = before.events.find(({ type }) => type === 'cart');
    assert.equal(typeof request, 'string');
    await page.goto(`${site.url}shop.html#/data`);
    await page.getByRole('button', { name: 'Forget me' }).click();
    await page.getByRole('button', { name: 'Forget everything' }).click();
    await page.waitForFunction(() => document.querySelector('#cart-count').textContent === '');
    await page.goto(address);
    await page.locator('.product').waitFor();
    const { events } = await until(page, (now) => now.events.length === 1);
    assert.deepEqual([events[0].type, events[0].item, events[0].request], ['click', item, undefined], 'a list from before is still known');
    await page.goto(`${site.url}shop.html#/data`);
    await page.locator('#import-file').setInputFiles({ name: 'mine.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(before)) });
    await page.waitForFunction(() => document.querySelector('#cart-count').textContent === '1');
  });
  const other = await startSite([
    ['/bundle/', BUNDLE],
    ['/', SITE],
  ]);
  try {
    await withBrowser(alone, async (context) => {
      const page = await firstPage(context, other.url);
      await onboard(page);
      await page.evaluate(() => localStorage.setItem('pocketrec.timings', '{"state":[1]}'));
      await page.getByRole('button', { name: 'My data' }).click();
      await page.getByRole('button', { name: 'Forget me' }).click();
      await page.getByRole('button', { name: 'Forget everything' }).click();
      await page.locator('form.step').waitFor();
      assert.equal(await page.evaluate(() => localStorage.getItem('pocketrec.timings')), null);
    });
  } finally {
    await other.stop();
  }
});

test('what has left the catalogue leaves the cart; what cannot be had now does not, and is no empty cart', limit, async () => {
  const mine = await startStaged();
  try {
    bend(mine, 'rules', 'missing');
    await withBrowser(alone, async (context) => {
      const page = await open(context, mine, '#/data');
      const { recommendations } = await ask(page, 'GET', '/api/v1/recommendations/homepage?limit=1');
      const [{ product_id: id }] = recommendations;
      const time = Math.floor(Date.now() / 1000);
      await ask(page, 'PUT', '/api/v1/me', { version: 1, events: [id, 'NOLONGERTH'].map((item) => ({ type: 'cart', item, time, quantity: 1 })) });
      await page.goto(`${mine.url}shop.html#/cart`);
      await page.getByRole('heading', { name: 'That did not work' }).waitFor();
      assert.equal(await page.getByRole('button', { name: 'Buy' }).count(), 0);
      mine.broken.clear();
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('.cart-line').waitFor();
      assert.deepEqual(await cartIds(page), [id]);
      await page.getByText('No longer in the cart, because it left the catalogue: 1 product.').waitFor();
      assert.equal(await count(page), '1', 'the badge counts what is not there');
      const { events } = await ask(page, 'GET', '/api/v1/me');
      assert.deepEqual(events.map(({ type, item }) => [type, item]), [['cart', id]]);
    });
  } finally {
    await mine.stop();
  }
});

test('one less keeps what is done in the same moment, and another tab sees it', limit, async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context, site);
    const [id] = await idsIn(section(page, 'To begin with'));
    const time = Math.floor(Date.now() / 1000);
    await ask(page, 'PUT', '/api/v1/me', { version: 1, events: [{ type: 'cart', item: id, time, quantity: 3 }] });
    await page.goto(`${site.url}shop.html#/cart`);
    await page.locator('.cart-line').waitFor();
    const other = await context.newPage();
    await other.goto(`${site.url}shop.html#/cart`);
    await other.locator('.cart-quantity', { hasText: '3' }).waitFor();
    const complements = section(page, 'Goes with it');
    const [third] = await idsIn(complements);
    await page.evaluate(() => {
      document.querySelector('[data-act="One less"]').click();
      document.querySelector('.cart .tile-put').click();
    });
    await page.locator(`.cart-line[data-id="${third}"]`).waitFor();
    const { events } = await ask(page, 'GET', '/api/v1/me');
    assert.deepEqual(events.map(({ type, item, quantity }) => [type, item, quantity]), [['cart', id, 2], ['cart', third, 1]]);
    await other.locator(`.cart-line[data-id="${third}"]`).waitFor();
    // Only the line gets smaller: there are as many events as before.
    await page.locator(`.cart-line[data-id="${id}"] [data-act="One less"]`).click();
    await other.locator(`.cart-line[data-id="${id}"] .cart-quantity`, { hasText: '1' }).waitFor();
  });
});

test('what is in the cart, from events alone', async () => {
  const { linesOf, withOneLess, withoutLines } = await import('../../web/src/shop/basket.js');
  const event = (type, item, more = {}) => ({ type, item, time: 1, ...more });
  const events = [
    event('cart', 'a', { quantity: 2, request: 'r', position: 3, context: 'cart' }),
    event('cart', 'b'),
    event('click', 'c'),
    event('cart', 'a'),
    event('cart', 'd'),
    event('purchase', 'd'),
    event('cart_remove', 'b'),
  ];
  assert.deepEqual(linesOf(events), [{ id: 'a', quantity: 3, origin: { request_id: 'r', position: 3, context: 'cart' } }]);
  assert.equal(linesOf(withOneLess(events, 'a'))[0].quantity, 2);
  assert.equal(linesOf(withOneLess(withOneLess(withOneLess(events, 'a'), 'a'), 'a')).length, 0);
  assert.deepEqual(withOneLess(events, 'x'), events);
  assert.deepEqual(withoutLines(events, ['a', 'd']).map(({ type, item }) => type + item), ['cartb', 'clickc', 'purchased', 'cart_removeb']);
});
