/**
 * The shop's page: home, a product, searches with everything that narrows them, and what the device keeps. Needs
 * build/demo-shop/bundle (`./dev demo shop --words --once`); PR_SHOP_BUNDLE names another.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { SHOP, SITE, axe, eventually, firstPage, seal, startSite, untilWorkerActive, withBrowser } from './browser.mjs';

const WIRE = 140 * 1024;
const PART = 24;

if (!existsSync(SHOP))
  throw new Error(`${SHOP} is missing; make it with ./dev demo shop --words --once, or name another with PR_SHOP_BUNDLE.`);

const startShop = () =>
  startSite([
    ['/bundle/', SHOP],
    ['/', SITE],
  ]);

let site;
before(async () => {
  site = await startShop();
});
after(() => site?.stop());

const alone = { serviceWorkers: 'block' };

async function open(context, hash = '', from = site) {
  const page = await firstPage(context, `${from.url}shop.html${hash}`);
  await ready(page);
  return page;
}

const ready = (page) => page.locator('#view[aria-busy=false]').waitFor();
const heading = (page) => page.locator('#heading').textContent();
const section = (page, name) => page.getByRole('region', { name, exact: true });
const ids = (page, within = '#view') => page.locator(`${within} .tile`).evaluateAll((tiles) => tiles.map((tile) => tile.dataset.id));
const names = (page) => page.locator('#view .tile-name').allTextContents();

async function search(page, query) {
  await page.locator('#query').fill(query);
  await page.keyboard.press('Enter');
  await page.waitForFunction((text) => new URLSearchParams(location.hash.split('?')[1]).get('q') === text, query);
  await page.locator('#view[aria-busy=false] #count, #view[aria-busy=false] .state').first().waitFor();
}

const found = async (page) => Number((await page.locator('#count').textContent()).replace(/[^\d]/g, ''));

/** Words of the products on the page, the most frequent first. */
async function wordsOf(page, least = 4) {
  const counts = new Map();
  for (const name of new Set(await names(page)))
    for (const word of new Set(name.toLowerCase().match(/[a-z]+/g) ?? []))
      if (word.length >= least) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([word]) => word);
}

/** A search with more results than are shown at once. */
async function broad(page) {
  for (const word of (await wordsOf(page)).slice(0, 12)) {
    await search(page, word);
    if ((await found(page)) > PART && (await page.locator('.facet input').count()) > 1) return word;
  }
  throw new Error('no word of the products shown finds more than a page');
}

/** What the device keeps, by the library beside the page. */
const noted = (page) =>
  page.evaluate(async () => {
    const { load } = await import('/pocketrec.mjs');
    const rec = await load({ bundle: 'bundle/', needs: ['shop'], notify: false });
    const { interactions } = await rec.request('GET', '/api/v1/interactions/interactions/visitor?days=30');
    rec.close();
    return interactions;
  });

/** Until the device has noted what `when` asks for. */
async function until(page, when) {
  for (let tries = 0; tries < 80; tries++) {
    const now = await noted(page);
    if (when(now)) return now;
    await page.waitForTimeout(100);
  }
  throw new Error(`never noted: ${JSON.stringify(await noted(page))}`);
}

const quiet = async (page) => {
  assert.deepEqual(await page.evaluate(() => window.__violations), [], 'the policy was broken');
  assert.deepEqual(await page.evaluate(() => window.__shifts), [], 'the layout shifted');
};

test('somebody new sees what is asked for; one product later there is a row of their own', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    await section(page, 'Trending now').waitFor();
    assert.equal(await section(page, 'Picked for you').count(), 0);
    for (const name of ['Best value', 'Categories', 'Something different']) await section(page, name).waitFor();
    assert.ok((await section(page, 'Trending now').locator('.tile').count()) > 3);
    for (const part of ['.picture', '.tile-name', '.price', '.rating']) assert.ok(await page.locator(`.tile ${part}`).count(), part);
    const link = section(page, 'Trending now').locator('.tile-name').nth(1);
    const [id, name] = [(await ids(page))[1], await link.textContent()];
    await link.click();
    await page.locator(`.product[data-id="${id}"]`).waitFor();
    assert.equal(await heading(page), name);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'heading', 'the focus goes to the new heading');
    assert.deepEqual((await until(page, (all) => all.length > 0)).map((one) => [one.event_type, one.product_id]), [['product_click', id]]);
    await page.goBack();
    await section(page, 'Picked for you').waitFor();
    assert.match(await section(page, 'Picked for you').locator('.shelf-why').textContent(), /looked at/);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), name, 'the focus comes back');
    await page.goForward();
    await page.locator('.product').waitFor();
    assert.equal((await noted(page)).length, 1, 'coming back to a product counted again');
    await quiet(page);
  });
});

test('a product: price, stars, its category, what is like it and what goes with it', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    let together = 0;
    for (const id of [...new Set(await ids(page))].slice(0, 12)) {
      await page.goto(`${site.url}shop.html#/product/${id}`);
      await page.locator(`.product[data-id="${id}"]`).waitFor();
      assert.ok(await page.locator('.product .price').count());
      assert.match(await page.locator('.product .rating').first().textContent(), /Rated \d\.\d of 5|No ratings yet/);
      assert.equal(await section(page, 'Similar').locator(`.tile[data-id="${id}"]`).count(), 0, 'it is like itself');
      for (const note of await section(page, 'Bought together').locator('.tile-note').allTextContents()) {
        assert.match(note, /^in \d+(\.\d+)?\u00a0% of baskets with this$/);
        together++;
      }
    }
    assert.ok(together > 0, 'nothing is bought with anything');
    const crumb = page.locator('.crumbs a').nth(1);
    const category = await crumb.textContent();
    await crumb.click();
    await page.locator('#count').waitFor();
    assert.equal(await heading(page), `Results for “${category}”`);
    assert.ok((await noted(page)).every((one) => one.event_type === 'product_click'), 'a category counted as words');
  });
});

test('products without a name are called by their ids, wherever they are shown', async () => {
  const mine = await startShop();
  try {
    // A text that no product of this catalogue has takes the place of the name.
    const manifest = JSON.parse(readFileSync(join(SHOP, 'manifest.json'), 'utf8'));
    const { settings } = manifest;
    mine.broken.set('/bundle/manifest.json', seal({ ...manifest, settings: { ...settings, shop: { ...settings.shop, name: 'image' } } }));
    await withBrowser(alone, async (context) => {
      const page = await open(context, '', mine);
      const shown = page.locator('.tile', { has: page.locator('.tile-name') }).first();
      const id = await shown.getAttribute('data-id');
      assert.equal(await shown.locator('.tile-name').textContent(), id);
      await shown.locator('.tile-name').click();
      await page.locator('.product').waitFor();
      assert.equal(await heading(page), id);
      assert.ok((await names(page)).every((name) => /^P\w{9}$/.test(name)));
      await search(page, 'headphones');
      assert.ok((await ids(page)).length > 0);
      assert.deepEqual(await names(page), await ids(page));
      await page.locator('#query').fill('headph');
      await page.locator('#found .option').first().waitFor();
    });
  } finally {
    await mine.stop();
  }
});

test('a product that is not there, and an address that says nothing', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context, '#/product/B0NOTTHERE');
    assert.equal(await heading(page), 'This product is not here');
    assert.deepEqual(await axe(page), []);
    await page.getByRole('link', { name: 'To the start' }).click();
    await section(page, 'Trending now').waitFor();
    await page.goto(`${site.url}shop.html#/product/%E0%A4%A`);
    await page.getByText('This product is not here').waitFor();
    await page.goto(`${site.url}shop.html#/nowhere`);
    await section(page, 'Trending now').waitFor();
    await page.goto(`${site.url}shop.html#/search`);
    await page.getByText('What are you looking for?').waitFor();
    await page.locator('.state button').click();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'query');
  });
});

test('a slip of the finger is corrected, what fits is marked, and the words are noted once', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    const words = (await wordsOf(page, 7)).slice(0, 8);
    const corrected = page.locator('.shop-lead', { hasText: 'Showing results for' });
    let typed = null;
    for (const word of words) {
      typed = word.slice(0, 3) + word.slice(4);
      await search(page, typed);
      if (await corrected.isVisible()) break;
    }
    await corrected.waitFor();
    assert.ok((await found(page)) > 0);
    assert.ok((await page.locator('.tile mark').count()) > 0, 'nothing is marked');
    const instead = await corrected.locator('strong').textContent();
    const marks = await page.locator('.tile mark').allTextContents();
    assert.ok(marks.every((mark) => mark.trim().length > 0));
    assert.ok(marks.some((mark) => instead.toLowerCase().includes(mark.toLowerCase().slice(0, 3))), `${marks} for ${instead}`);
    assert.equal((await names(page))[0], (await page.locator('.tile-lines').first().textContent()), 'marking changed the name');
    await until(page, (all) => all.filter((one) => one.query === typed).length === 1);
    await page.reload();
    await page.locator('#count').waitFor();
    assert.equal((await noted(page)).filter((one) => one.query === typed).length, 1, 'a reload counted again');
    assert.equal(await page.locator('#query').inputValue(), typed);
  });
});

test('filters narrow, orders order, and the address keeps both', async () => {
  await withBrowser({ ...alone, viewport: { width: 1280, height: 900 } }, async (context) => {
    const page = await open(context);
    await broad(page);
    const all = await found(page);
    const box = page.locator('.facet input').first();
    const count = Number((await page.locator('.facet-count').first().textContent()).replace(/\D/g, ''));
    const places = await page.locator('.facet-value').allTextContents();
    await box.focus();
    await page.keyboard.press('Space');
    await page.waitForFunction((before) => document.querySelector('#count').textContent !== before, `${all.toLocaleString('en')} products`);
    assert.equal(await found(page), count);
    assert.ok(count < all);
    assert.ok(await box.evaluate((one) => one === document.activeElement), 'the focus left the box');
    assert.deepEqual(await page.locator('.facet-value').allTextContents(), places, 'the boxes moved under the finger');
    assert.match(await page.locator('.filters summary').textContent(), /1/);
    await page.waitForFunction(() => document.querySelector('#live').textContent.includes('product'));
    await page.locator('.sort').selectOption('price');
    await page.waitForFunction(() => location.hash.includes('sort=price'));
    await page.waitForTimeout(300);
    const prices = (await page.locator('.grid .price strong').allTextContents()).map((text) => Number(text.replace(/,/g, '')));
    assert.deepEqual(prices, [...prices].sort((a, b) => a - b));
    const shown = await ids(page);
    await page.reload();
    await page.locator('#count').waitFor();
    assert.deepEqual(await ids(page), shown);
    assert.equal(await found(page), count);
    assert.ok(await page.locator('.facet input').first().isChecked());
    assert.deepEqual(await page.locator('.facet-value').allTextContents(), places);
    await page.locator('.facet input').first().uncheck();
    await page.waitForFunction((before) => document.querySelector('#count').textContent === before, `${all.toLocaleString('en')} products`);
    // A range of numbers.
    await page.locator('.sort').selectOption('relevance');
    const middle = prices[Math.floor(prices.length / 2)];
    const most = page.locator('.facet-number[name^="maximum."]').first();
    await most.fill(String(middle));
    await most.press('Enter');
    await page.waitForFunction(() => location.hash.includes('maximum.'));
    await page.waitForTimeout(300);
    assert.ok((await found(page)) < all);
    await page.getByRole('switch', { name: 'Sort by my taste' }).check();
    await page.waitForFunction(() => location.hash.includes('taste=1'));
    assert.equal(await page.locator('#notice').textContent(), '');
    await quiet(page);
  });
});

test('show more adds below and goes on there; the way back finds it as it was', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    await broad(page);
    const first = await ids(page);
    assert.equal(first.length, PART);
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.waitForFunction((part) => document.querySelectorAll('.grid .tile').length > part, PART);
    const more = await ids(page);
    assert.deepEqual(more.slice(0, PART), first);
    assert.equal(new Set(more).size, more.length, 'a product is there twice');
    assert.equal(await page.evaluate(() => document.activeElement.closest('.tile').dataset.id), more[PART]);
    await page.keyboard.press('Enter');
    await page.locator('.product').waitFor();
    await page.goBack();
    await page.locator('#count').waitFor();
    assert.deepEqual(await ids(page), more);
    await page.waitForFunction((id) => document.activeElement.closest('.tile')?.dataset.id === id, more[PART]);
  });
});

test('nothing matches: it is said, and there is something to look at', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    await search(page, 'qqzzxx wwvvkk');
    assert.equal(await heading(page), 'Nothing matches “qqzzxx wwvvkk”');
    assert.match(await page.locator('#count').textContent(), /Trending now/);
    assert.ok((await page.locator('.tile').count()) > 3);
    assert.equal(await page.getByRole('button', { name: 'Show more' }).count(), 0);
    assert.deepEqual(await axe(page), []);
  });
});

test('the list below the search box, by keyboard alone', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    const input = page.getByRole('combobox', { name: 'Search the shop' });
    const active = () => input.getAttribute('aria-activedescendant');
    const expanded = () => input.getAttribute('aria-expanded');
    const [word] = await wordsOf(page, 6);
    assert.equal(await expanded(), 'false');
    await input.focus();
    await page.keyboard.type(word.slice(0, 4));
    await page.getByRole('listbox', { name: 'Suggestions' }).waitFor();
    assert.equal(await expanded(), 'true');
    assert.equal(await active(), null);
    assert.ok((await page.locator('.option mark').count()) > 0);
    assert.deepEqual(await axe(page), []);
    await page.keyboard.press('ArrowDown');
    const first = await active();
    assert.equal(await page.locator(`#${first}`).getAttribute('aria-selected'), 'true');
    assert.equal(await page.locator('.option[aria-selected=true]').count(), 1);
    assert.ok(await input.evaluate((one) => one === document.activeElement));
    await page.keyboard.press('ArrowUp');
    assert.equal(await active(), null);
    await page.keyboard.press('ArrowUp');
    assert.equal(await active(), await page.locator('.option').last().getAttribute('id'));
    await page.keyboard.press('Escape');
    assert.equal(await expanded(), 'false');
    assert.equal(await input.inputValue(), word.slice(0, 4), 'the first Escape only closes');
    await page.keyboard.press('ArrowDown');
    await page.locator('.option').first().waitFor();
    await page.keyboard.press('ArrowDown');
    const chosen = await page.locator('.option[aria-selected=true] .option-text').textContent();
    await page.keyboard.press('Enter');
    await page.locator('#count').waitFor();
    assert.equal(await heading(page), `Results for “${chosen}”`);
    assert.equal(await expanded(), 'false');
    const queries = (await until(page, (all) => all.length > 0)).map((one) => one.query);
    assert.deepEqual(queries, [chosen], 'a key counted as a search');
    // A product in the list opens at once.
    await input.fill(word);
    await page.locator('[id^=hit-]').first().click();
    await page.locator('.product').waitFor();
    await input.fill('x');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    assert.equal(await input.inputValue(), '');
  });
});

test('tabs of categories by arrows, rows by their buttons', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    const tabs = page.getByRole('tab');
    assert.ok((await tabs.count()) > 1);
    await tabs.first().focus();
    const before = await ids(page, '.tab-panel');
    await page.keyboard.press('ArrowRight');
    assert.ok(await tabs.nth(1).evaluate((one) => one === document.activeElement && one.ariaSelected === 'true'));
    assert.notDeepEqual(await ids(page, '.tab-panel'), before);
    await page.keyboard.press('End');
    assert.ok(await tabs.last().evaluate((one) => one === document.activeElement));
    const row = section(page, 'Trending now');
    await row.getByRole('button', { name: 'Trending now: on' }).click();
    await page.waitForFunction(() => document.querySelector('.shelf-list').scrollLeft > 100);
    await row.getByRole('button', { name: 'Trending now: back' }).click();
    await page.waitForFunction(() => document.querySelector('.shelf-list').scrollLeft < 2);
    await quiet(page);
  });
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe-core finds nothing in any view, ${colorScheme}`, { timeout: 120000 }, async () => {
    await withBrowser({ ...alone, colorScheme }, async (context) => {
      const page = await open(context);
      const clean = async (name) => assert.deepEqual(await axe(page), [], name);
      await clean('home');
      await page.locator('.tile-name').first().click();
      await page.locator('.product').waitFor();
      await clean('a product');
      await page.goBack();
      await section(page, 'Picked for you').waitFor();
      await clean('home with a row of their own');
      await broad(page);
      await page.locator('.filters summary').click();
      await page.locator('.facet input').first().check();
      await page.waitForTimeout(300);
      await clean('a search with filters');
      await page.getByRole('link', { name: 'My data' }).click();
      await page.locator('.noted').first().waitFor();
      await page.getByRole('button', { name: 'Forget me' }).click();
      await clean('the data');
    });
  });
}

test('fits 320 px without a sideways scroll, and everything to touch is 44 px', async () => {
  await withBrowser({ ...alone, viewport: { width: 320, height: 640 } }, async (context) => {
    const page = await open(context);
    const fits = async (name) => {
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), `${name} is wider than the screen`);
      const small = await page
        .locator('button:visible, select:visible, .facet:visible, .option:visible, .switch:visible, a.icon-button:visible')
        .evaluateAll((nodes) =>
          nodes
            .map((node) => [node.className, node.getBoundingClientRect()])
            .filter(([, box]) => box.width < 43.5 || box.height < 43.5)
            .map(([what, box]) => `${what} ${box.width}x${box.height}`),
        );
      assert.deepEqual(small, [], name);
    };
    await fits('home');
    await page.locator('#query').fill((await wordsOf(page))[0].slice(0, 3));
    await page.locator('.option').first().waitFor();
    await fits('the list below the box');
    await page.keyboard.press('Escape');
    await broad(page);
    await page.locator('.filters summary').click();
    await fits('a search');
    await page.locator('.tile-name').first().click();
    await page.locator('.product').waitFor();
    await fits('a product');
    await page.getByRole('link', { name: 'My data' }).click();
    await page.locator('.noted').first().waitFor();
    await fits('the data');
  });
});

test('export, forget, import', async () => {
  await withBrowser({ ...alone, acceptDownloads: true }, async (context) => {
    const page = await open(context);
    await page.locator('.tile-name').first().click();
    await page.locator('.product').waitFor();
    const name = await heading(page);
    await until(page, (all) => all.length === 1);
    await page.getByRole('link', { name: 'My data' }).click();
    await page.locator('.noted').waitFor();
    assert.match(await page.locator('.noted').textContent(), /^Looked at/);
    assert.equal(await page.locator('.noted a').textContent(), name);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export' }).click()]);
    const file = await download.path();
    await page.getByRole('button', { name: 'Forget me' }).click();
    await page.getByRole('button', { name: 'Forget everything' }).click();
    await page.locator('.noted-none').waitFor();
    assert.deepEqual(await noted(page), []);
    await page.locator('#import-file').setInputFiles(file);
    await page.locator('.noted').waitFor();
    assert.equal((await noted(page)).length, 1);
  });
});

/** A page under the worker after one visit, with everything that it needs offline in its caches. */
async function visited(context, from) {
  const page = await open(context, '', from);
  await untilWorkerActive(page);
  await eventually(page, async () => {
    const bundle = await (await fetch('bundle/manifest.json')).json();
    const name = (await caches.keys()).find((one) => one.startsWith('pocketrec-bundle'));
    return name && (await (await caches.open(name)).keys()).length === bundle.shards.length + 1;
  });
  return page;
}

test('offline after one visit: reload, search, a product, its way back', { timeout: 60000 }, async () => {
  const mine = await startShop();
  let stopped = false;
  try {
    await withBrowser({}, async (context) => {
      const page = await visited(context, mine);
      const [word] = await wordsOf(page);
      const [id] = await ids(page);
      await mine.stop();
      stopped = true;
      await context.setOffline(true);
      await page.reload();
      await section(page, 'Trending now').waitFor();
      assert.equal(await page.evaluate(() => navigator.serviceWorker.controller !== null), true);
      await page.getByText('Offline', { exact: true }).waitFor();
      await search(page, word);
      assert.ok((await found(page)) > 0);
      await page.goto(`${mine.url}shop.html#/product/${id}`);
      await page.locator(`.product[data-id="${id}"]`).waitFor();
      assert.ok(await page.locator('.product .picture').locator('svg, img').count());
      await page.goto(mine.url); // leads here, also offline
      await page.waitForURL(/shop\.html/);
      await section(page, 'Picked for you').waitFor();
    });
  } finally {
    if (!stopped) await mine.stop();
  }
});

test('the manifest chooses the engine, the start page leads here, and only this page lets pictures in', async () => {
  const mine = await startShop();
  try {
    await withBrowser(alone, async (context) => {
      const page = await open(context, '', mine);
      await section(page, 'Trending now').waitFor();
      const engines = mine.requests.map((request) => request.path).filter((path) => path.endsWith('.wasm'));
      assert.deepEqual(engines, ['/pocketrec-shop.wasm']);
      await page.goto(mine.url);
      await page.waitForURL(/shop\.html$/);
    });
  } finally {
    await mine.stop();
  }
  const policy = (page) => /img-src ([^;]+)/.exec(readFileSync(join(SITE, page), 'utf8'))[1];
  assert.equal(policy('shop.html'), "'self' data: https:");
  for (const page of ['index.html', 'trainers.html']) assert.equal(policy(page), "'self' data:");
});

test('a bundle that does not come is said, and tried again', async () => {
  const mine = await startShop();
  try {
    await withBrowser(alone, async (context) => {
      mine.broken.set('/bundle/manifest.json', 503);
      const page = await firstPage(context, `${mine.url}shop.html`);
      await page.locator('.state-title').waitFor();
      assert.deepEqual(await axe(page), []);
      mine.broken.clear();
      await page.getByRole('button', { name: 'Try again' }).click();
      await section(page, 'Trending now').waitFor();
    });
  } finally {
    await mine.stop();
  }
});

test('bytes to the first rows', async () => {
  const mine = await startShop();
  try {
    await withBrowser({}, async (context) => {
      const page = await firstPage(context);
      await page.addInitScript(() => {
        window.requestIdleCallback = () => 0; // prefetching and the worker come after the first rows
      });
      await page.goto(`${mine.url}shop.html`);
      await section(page, 'Trending now').waitFor();
      const paths = [...new Set(mine.requests.map((request) => request.path))].filter(
        (path) => path !== '/favicon.ico' && !/\.(jpe?g|png|webp)$/.test(path),
      );
      const sizes = paths.map((path) => [
        path,
        brotliCompressSync(readFileSync(path.startsWith('/bundle/') ? join(SHOP, path.slice(8)) : join(SITE, path))).length,
      ]);
      const total = sizes.reduce((sum, [, size]) => sum + size, 0);
      for (const [path, size] of sizes) console.log(`# ${String(size).padStart(7)} ${path}`);
      console.log(`# ${String(total).padStart(7)} bytes to the first rows`);
      const own = sizes.filter(([path]) => !path.startsWith('/bundle/')).reduce((sum, [, size]) => sum + size, 0);
      assert.ok(own <= 85 * 1024, `${own} bytes of page and engine`);
      assert.ok(total <= WIRE, `${total} bytes to the first rows`);
    });
  } finally {
    await mine.stop();
  }
});

test('addresses come back as they went', async () => {
  const { addressOf, readPlace } = await import('../../web/src/shop/places.js');
  const place = {
    page: 'search',
    query: 'a & b / ü?#',
    sort: '-price',
    taste: true,
    filter: { main_category: ['Home & Kitchen', 'x=y'], discount_price: { minimum: 0, maximum: 12.5 } },
  };
  assert.deepEqual(readPlace(addressOf(place)), place);
  for (const id of ['B0ABCDEFGH', 'a/b?c#d', 'ü %']) assert.deepEqual(readPlace(addressOf({ page: 'product', id })), { page: 'product', id });
  assert.deepEqual(readPlace(''), { page: 'home' });
  assert.deepEqual(readPlace('#/search?q=x&minimum.p=abc').filter, {});
});

test('the build of the engine for what a bundle needs', async () => {
  const { absolute, buildFor, urlsOf } = await import('../../web/src/lib/engine.js');
  assert.deepEqual([[], ['shop'], ['ranking'], ['shop', 'ranking'], ['else'], ['else', 'shop']].map(buildFor), ['', 'shop', 'ranking', 'full', 'full', 'full']);
  const both = (name) => ({ simd: `${name}.wasm`, baseline: `${name}-nosimd.wasm` });
  const urls = { ...both('small'), shop: both('shop'), full: both('full') };
  assert.deepEqual(['', 'shop', 'ranking', 'full'].map((build) => urlsOf(urls, build).simd), ['small.wasm', 'shop.wasm', 'full.wasm', 'full.wasm']);
  assert.equal(urlsOf(both('one'), 'shop').simd, 'one.wasm');
  assert.equal(String(absolute(urls, new URL('https://host/folder/')).shop.baseline), 'https://host/folder/shop-nosimd.wasm');
});
