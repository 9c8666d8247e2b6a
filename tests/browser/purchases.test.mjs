/**
 * The page of purchases: the first visit, picks with their reasons, what can be done with them, the profile, and all of it
 * without a network. Needs build/demo-retail/bundle (`./dev demo retail --once`); PR_PURCHASES_BUNDLE names another.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { PURCHASES, SITE, axe, eventually, firstPage, startSite, untilWorkerActive, withBrowser } from './browser.mjs';

const PART = 12;
/** Page and worker without engine and bundle. */
const PAGE = 30 * 1024;

if (!existsSync(PURCHASES))
  throw new Error(`${PURCHASES} is missing; make it with ./dev demo retail --once, or name another with PR_PURCHASES_BUNDLE.`);

const startRetail = () =>
  startSite([
    ['/bundle/', PURCHASES],
    ['/', SITE],
  ]);

let site;
before(async () => {
  site = await startRetail();
});
after(() => site?.stop());

const alone = { serviceWorkers: 'block' };
const DESK = { width: 1280, height: 900 };

const ready = (page) => page.locator('#view[aria-busy=false]').waitFor();
async function open(context, hash = '', from = site) {
  const page = await firstPage(context, `${from.url}purchases.html${hash}`);
  await ready(page);
  return page;
}

const picks = (page) => page.locator('.pick');
const ids = (page) => picks(page).evaluateAll((all) => all.map((one) => one.dataset.id));
const heading = (page) => page.locator('#heading').textContent();
const act = (within, name) => within.getByRole('button', { name: new RegExp(`^${name}`) });
const focused = (page) => page.evaluate(() => document.activeElement.textContent || document.activeElement.id);
/** The list has been drawn anew: `before` are its ids from before. */
const changed = (page, before) =>
  page.waitForFunction(
    (old) =>
      !document.querySelector('.picks[aria-busy]') && JSON.stringify([...document.querySelectorAll('.pick')].map((one) => one.dataset.id)) !== old,
    JSON.stringify(before),
  );

/** Three things bought, as somebody on a first visit says it. Gives their names. */
async function begin(page, which = [0, 2, 4]) {
  await page.locator('.goods').first().waitFor();
  const names = [];
  for (const index of which) {
    const one = page.locator('.goods').nth(index);
    await one.locator('input').check();
    names.push(await one.textContent());
  }
  await page.getByRole('button', { name: 'Show my picks' }).click();
  await picks(page).first().waitFor();
  return names;
}

const quiet = async (page) => {
  assert.deepEqual(await page.evaluate(() => window.__violations), [], 'the policy was broken');
  assert.deepEqual(await page.evaluate(() => window.__shifts), [], 'the layout shifted');
};

test('somebody the trainer never saw has picks of their own after three things', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    assert.equal(await heading(page), 'What did you buy lately?');
    const go = page.getByRole('button', { name: 'Show my picks' });
    assert.equal(await go.getAttribute('aria-disabled'), 'true');
    assert.ok((await page.locator('.roll-line').count()) > 3, 'nothing popular is shown');
    const names = await begin(page);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'heading', 'the focus goes to the new heading');
    assert.match(await page.locator('.till-lead').first().textContent(), /^From 3 purchases kept on this device/);
    assert.equal(await picks(page).count(), PART);
    assert.equal(new Set(await ids(page)).size, PART);
    const reasons = await page.locator('.ticket-reason p').allTextContents();
    assert.ok(reasons.every((reason) => reason.trim().length > 0));
    assert.ok(reasons.some((reason) => names.some((name) => reason.includes(name))), `no reason names ${names}: ${reasons}`);
    for (const part of ['.label .art', '.ticket-title', '.tag-price', '[role=meter][aria-label=Relevance]'])
      assert.equal(await picks(page).locator(part).count(), PART, part);
    const relevance = await page.locator('.pick [aria-label=Relevance]').evaluateAll((all) => all.map((one) => Number(one.ariaValueNow)));
    assert.ok(relevance.every((value) => value >= 0 && value <= 1));
    await quiet(page);
  });
});

test('the finder of the first visit narrows what is shown and keeps what was chosen', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    const goods = page.locator('.goods:visible');
    const all = await goods.count();
    await goods.nth(1).locator('input').check();
    const chosen = await goods.nth(1).textContent();
    const [word] = (await goods.last().textContent()).toLowerCase().split(' ').sort((a, b) => b.length - a.length);
    await page.getByRole('searchbox', { name: 'Find by name' }).fill(word);
    const left = await goods.allTextContents();
    assert.ok(left.length < all);
    assert.ok(left.every((name) => name === chosen || name.toLowerCase().includes(word)), `${left} for ${word}`);
    assert.ok(left.includes(chosen));
    assert.match(await page.locator('.start-count').textContent(), /^1 of 3/);
  });
});

test('each model has a sentence, another model gives another list, and the address keeps it', async () => {
  await withBrowser({ ...alone, viewport: DESK }, async (context) => {
    const page = await open(context);
    await begin(page);
    const group = page.getByRole('group', { name: 'Ranked by' });
    const radios = group.getByRole('radio');
    assert.equal(await radios.count(), 4);
    for (const text of await page.locator('.model-text').allTextContents()) assert.match(text, /^[A-Z].{8,}$/);
    assert.ok(await group.getByRole('radio', { name: 'Hybrid' }).isChecked());
    const hybrid = await ids(page);
    await group.getByRole('radio', { name: 'Hybrid' }).focus();
    const lists = new Map([['hybrid', hybrid.join()]]);
    for (let tries = 1; tries < 4; tries++) {
      const before = await ids(page);
      await page.keyboard.press('ArrowDown');
      await changed(page, before);
      const model = await page.evaluate(() => document.activeElement.value);
      assert.ok(await page.evaluate(() => document.activeElement.checked), 'the focus left the choice');
      await page.waitForFunction((name) => location.hash.includes(`model=${name}`), model);
      lists.set(model, (await ids(page)).join());
    }
    assert.deepEqual([...lists.keys()].sort(), ['als', 'hybrid', 'item_cf', 'popularity']);
    assert.equal(new Set(lists.values()).size, 4, 'two models give the same list');
    assert.match(await page.locator('#live').textContent(), /picks/);
    const last = await ids(page);
    await page.reload();
    await picks(page).first().waitFor();
    assert.deepEqual(await ids(page), last);
    await page.goto(`${site.url}purchases.html#/?model=nonsense`);
    await page.waitForFunction(() => document.querySelector('input[value=hybrid]')?.checked);
    await changed(page, last);
    assert.deepEqual(await ids(page), hybrid);
    await quiet(page);
  });
});

test('prices narrow, a wrong range is said, and what was bought can be left out', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    await begin(page);
    const prices = async () =>
      (await page.locator('.pick .tag-price').allTextContents()).map((text) => Number(text.replace(/^Price /, '').replace(/,/g, ''))).filter((price) => price >= 0);
    const all = await ids(page);
    const middle = (await prices()).sort((a, b) => a - b)[Math.floor(PART / 2)];
    const to = page.getByRole('spinbutton', { name: 'Price up to' });
    await to.fill(String(middle));
    await to.press('Enter');
    await changed(page, all);
    assert.ok((await prices()).every((price) => price <= middle), `${await prices()} above ${middle}`);
    assert.ok(await page.evaluate(() => location.hash.includes('to=')));
    await page.getByRole('spinbutton', { name: 'Price from' }).fill(String(middle + 1));
    await to.focus();
    await page.getByText('must not be above').waitFor();
    assert.equal(await to.getAttribute('aria-invalid'), 'true');
    await page.getByRole('spinbutton', { name: 'Price from' }).fill('');
    const narrow = await ids(page);
    await to.fill('');
    await to.press('Enter');
    await changed(page, narrow);
    assert.deepEqual(await ids(page), all);
    await page.getByRole('switch', { name: 'Only what I have not bought' }).check();
    await page.waitForFunction(() => location.hash.includes('unseen=1'));
    // A range that nothing has.
    await to.fill('0');
    await to.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('.pick').length === 0);
    assert.ok((await page.locator('.picks-end').textContent()).length > 10, 'nothing is said about the empty list');
    assert.deepEqual(await axe(page), []);
  });
});

test('why this: parts that make the score, and the purchases behind it', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    const names = await begin(page);
    let caused = 0;
    for (let index = 0; index < 4; index++) {
      const card = picks(page).nth(index);
      const button = act(card, 'Why this');
      assert.equal(await button.getAttribute('aria-expanded'), 'false');
      await button.click();
      assert.equal(await button.getAttribute('aria-expanded'), 'true');
      assert.ok((await card.locator('.parts tbody tr').count()) > 0);
      assert.match(await card.locator('.parts tfoot').textContent(), /^Score\d/);
      for (const cause of await card.locator('.causes li').allTextContents()) {
        assert.ok(names.some((name) => cause.includes(name)), `${cause} is none of ${names}`);
        caused++;
      }
    }
    assert.ok(caused > 0, 'no purchase is behind any pick');
    assert.deepEqual(await axe(page), []);
    await act(picks(page).first(), 'Why this').click();
    assert.ok(await picks(page).first().locator('.why').isHidden());
  });
});

test('a purchase with its quantity changes the list, can be taken back, and outlives a reload', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    await begin(page);
    const before = await ids(page);
    const card = picks(page).nth(1);
    await act(card, 'Bought').click();
    assert.equal(await page.evaluate(() => document.activeElement.type), 'number', 'the focus goes to the number');
    await page.keyboard.press('Escape');
    assert.match(await focused(page), /^Bought/);
    await page.keyboard.press('Enter');
    await card.getByRole('button', { name: 'One more' }).click();
    await card.getByRole('button', { name: 'Note it' }).click();
    await card.getByText('Noted: you bought 2 pieces.').waitFor();
    assert.match(await focused(page), /^Undo/, 'the focus was lost');
    await page.keyboard.press('Enter');
    await act(card, 'Bought').waitFor();
    assert.match(await focused(page), /^Bought/, 'the focus was lost');
    await page.getByRole('link', { name: 'My profile' }).click();
    await page.locator('.entry').first().waitFor();
    assert.equal(await page.locator('.entry').count(), 3, 'what was taken back is still there');
    await page.getByRole('link', { name: 'Picks', exact: true }).click();
    await picks(page).first().waitFor();
    assert.deepEqual(await ids(page), before);
    await act(card, 'Bought').click();
    await card.getByRole('spinbutton').fill('4');
    await page.keyboard.press('Enter');
    await act(card, 'Undo').waitFor();
    await page.getByRole('button', { name: /Your picks have changed/ }).click();
    await changed(page, before);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'heading');
    const after = await ids(page);
    assert.ok(!after.includes(before[1]), 'what was just bought is picked again');
    await page.reload();
    await picks(page).first().waitFor();
    assert.deepEqual(await ids(page), after);
    assert.match(await page.locator('.till-lead').first().textContent(), /^From 4 purchases/);
  });
});

test('not for me goes for good; the cart is a switch', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    await begin(page);
    const [, , gone, held] = await ids(page);
    await act(picks(page).nth(2), 'Not for me').click();
    await page.getByText('You won’t see this again.').waitFor();
    const cart = act(picks(page).nth(3), 'Cart');
    await cart.click();
    await page.locator(`.pick[data-id="${held}"] [aria-pressed=true]`).waitFor();
    await cart.click();
    await page.locator(`.pick[data-id="${held}"] [aria-pressed=false]`).waitFor();
    await page.reload();
    await picks(page).first().waitFor();
    assert.ok(!(await ids(page)).includes(gone));
    const more = page.getByRole('button', { name: 'Show more' });
    await more.click();
    await page.waitForFunction((part) => document.querySelectorAll('.pick').length > part, PART);
    const all = await ids(page);
    assert.ok(!all.includes(gone));
    assert.equal(new Set(all).size, all.length, 'something is picked twice');
    assert.equal(await page.evaluate(() => document.activeElement.closest('.pick').dataset.id), all[PART], 'the focus goes on there');
  });
});

test('the dialog of similar things, by keyboard alone: further, back, and out', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    await begin(page);
    const opener = act(picks(page).first(), 'Similar');
    await opener.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.locator('.similar-line').first().waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'similar-title');
    const title = await dialog.locator('.similar-title').textContent();
    assert.equal(title, `Similar to ${await picks(page).first().locator('.ticket-title').textContent()}`);
    const lines = dialog.locator('.similar-line');
    const first = await lines.evaluateAll((all) => all.map((one) => one.dataset.id));
    assert.ok(first.length > 0 && first.length <= 5);
    assert.ok(!first.includes((await ids(page))[0]), 'it is like itself');
    assert.deepEqual(await axe(page), []);
    await page.keyboard.press('Tab'); // close
    await page.keyboard.press('Tab'); // more like the first
    assert.match(await focused(page), /^More like this/);
    const next = await lines.first().locator('.similar-name').textContent();
    await page.keyboard.press('Enter');
    await page.waitForFunction((name) => document.querySelector('.similar-title')?.textContent === `Similar to ${name}`, next);
    await dialog.getByRole('button', { name: 'Back' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction((name) => document.querySelector('.similar-title')?.textContent === name, title);
    await page.waitForFunction(() => document.querySelector('.similar-content').ariaBusy === 'false');
    assert.deepEqual(await lines.evaluateAll((all) => all.map((one) => one.dataset.id)), first);
    assert.ok(await dialog.getByRole('button', { name: 'Back' }).isHidden());
    await act(lines.nth(1), 'Bought').click();
    await lines.nth(1).getByText('Noted').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.ok(await opener.evaluate((one) => one === document.activeElement), 'the focus did not come back');
    await page.getByRole('button', { name: /Your picks have changed/ }).waitFor();
    // The shelf of what is popular has the same dialog.
    const popular = act(page.locator('.roll-line').first(), 'Similar');
    await popular.click();
    await dialog.locator('.similar-line, .similar-none').first().waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    assert.ok(await popular.evaluate((one) => one === document.activeElement));
  });
});

test('my profile: sums, what was bought and when it is due; export, forget, import', async () => {
  await withBrowser({ ...alone, acceptDownloads: true }, async (context) => {
    const page = await open(context);
    const names = await begin(page);
    await page.getByRole('link', { name: 'My profile' }).click();
    await page.locator('.receipt').waitFor();
    assert.equal(await page.getByRole('link', { name: 'My profile' }).getAttribute('aria-current'), 'page');
    const sum = async (name) =>
      (await page.locator('.receipt-line', { has: page.locator('dt', { hasText: name }) }).locator('dd').textContent()).replace(/,/g, '');
    assert.equal(await sum('Purchases'), '3');
    assert.equal(await sum('Different items'), '3');
    assert.ok(Number(await sum('Spent')) > 0);
    assert.deepEqual((await page.locator('.entry-name').allTextContents()).sort(), [...names].sort());
    for (const when of await page.locator('.entry-when').allTextContents()) assert.match(when, /^Due in \d+ days?(, every \d+ days?)?$|no fixed time$/);
    assert.equal(await page.locator('.segment-step[aria-current]').count(), 1);
    const spent = Number(await sum('Spent'));
    await act(page.locator('.entry').first(), 'Bought again').click();
    await page.waitForFunction(() => [...document.querySelectorAll('.receipt-line')].some((line) => line.textContent === 'Purchases4'));
    assert.ok(Number(await sum('Spent')) >= spent);
    assert.equal(await page.locator('.entry').count(), 3);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export' }).click()]);
    const file = await download.path();
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).events.length, 4);
    await page.getByRole('button', { name: 'Forget me' }).click();
    assert.equal(await page.locator('.entry').count(), 3, 'forgotten before it was confirmed');
    assert.deepEqual(await axe(page), []);
    await page.getByRole('button', { name: 'Forget everything' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.entry').length === 0);
    await page.locator('#import-file').setInputFiles({ name: 'bad.json', mimeType: 'application/json', buffer: Buffer.from('{"events":7}') });
    await page.getByText('This file was not taken').waitFor();
    await page.locator('#import-file').setInputFiles(file);
    await page.locator('.entry').first().waitFor();
    assert.equal(await sum('Purchases'), '4');
    await page.getByRole('button', { name: 'Forget me' }).click();
    await page.getByRole('button', { name: 'Forget everything' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.entry').length === 0);
    await page.getByRole('link', { name: 'To the picks' }).click();
    await page.locator('.goods').first().waitFor();
    await quiet(page);
  });
});

test('something bought long ago is due again', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    await begin(page);
    await page.goto(`${site.url}purchases.html#/profile`);
    await page.locator('.entry').first().waitFor();
    // The export with older times, taken back in: a year is more than any cycle.
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export' }).click()]);
    const mine = JSON.parse(readFileSync(await download.path(), 'utf8'));
    for (const event of mine.events) event.time -= 366 * 86400;
    await page.locator('#import-file').setInputFiles({ name: 'old.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(mine)) });
    await page.locator('.entry .stamp').first().waitFor();
    assert.match(await page.locator('.history .till-lead').textContent(), /due again/);
    assert.deepEqual(await axe(page), []);
  });
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe-core finds nothing in any view, ${colorScheme}`, { timeout: 120000 }, async () => {
    await withBrowser({ ...alone, colorScheme }, async (context) => {
      const page = await open(context);
      const clean = async (name) => assert.deepEqual(await axe(page), [], name);
      await clean('the first visit');
      await begin(page);
      await clean('picks');
      await act(picks(page).first(), 'Bought').click();
      await act(picks(page).nth(1), 'Not for me').click();
      await act(picks(page).nth(2), 'Cart').click();
      await act(picks(page).nth(3), 'Why this').click();
      await page.locator('.pending-button').waitFor();
      await page.waitForTimeout(400);
      await clean('picks in use');
      await page.goto(`${site.url}purchases.html#/profile`);
      await page.locator('.receipt').waitFor();
      await page.getByRole('button', { name: 'Forget me' }).click();
      await clean('the profile');
    });
  });
}

test('fits 320 px without a sideways scroll, and everything to touch is 44 px', async () => {
  await withBrowser({ ...alone, viewport: { width: 320, height: 640 } }, async (context) => {
    const page = await open(context);
    const fits = async (name) => {
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), `${name} is wider than the screen`);
      const small = await page
        .locator('button:visible, .way:visible, .model-face:visible, .only:visible, .price-field:visible, .goods:visible')
        .evaluateAll((nodes) =>
          nodes
            .map((node) => [node.className, node.getBoundingClientRect()])
            .filter(([, box]) => box.width < 43.5 || box.height < 43.5)
            .map(([what, box]) => `${what} ${box.width}x${box.height}`),
        );
      // Two links stand beside each other: their height is what a finger needs.
      assert.deepEqual(small.filter((one) => !one.startsWith('way ')), [], name);
    };
    await fits('the first visit');
    await begin(page);
    await act(picks(page).first(), 'Why this').click();
    await act(picks(page).first(), 'Bought').click();
    await fits('picks');
    await act(picks(page).nth(1), 'Similar').click();
    await page.locator('.similar-line').first().waitFor();
    await fits('the dialog');
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'My profile' }).click();
    await page.locator('.receipt').waitFor();
    await fits('the profile');
  });
});

test('nothing moves for those who want it so', async () => {
  await withBrowser({ ...alone, reducedMotion: 'reduce' }, async (context) => {
    const page = await open(context);
    await begin(page);
    await act(picks(page).first(), 'Similar').click();
    await page.locator('.similar-line').first().waitFor();
    const moving = await page.evaluate(() =>
      document.getAnimations().filter((one) => Number(one.effect?.getComputedTiming().activeDuration) > 1).length,
    );
    assert.equal(moving, 0);
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

test('offline after one visit: three things, picks, similar, profile, reload', { timeout: 60000 }, async () => {
  const mine = await startRetail();
  let stopped = false;
  try {
    await withBrowser({}, async (context) => {
      const page = await visited(context, mine);
      await mine.stop();
      stopped = true;
      await context.setOffline(true);
      await page.reload();
      assert.equal(await page.evaluate(() => navigator.serviceWorker.controller !== null), true);
      await page.getByText('Offline', { exact: true }).waitFor();
      const names = await begin(page);
      const reasons = await page.locator('.ticket-reason p').allTextContents();
      assert.ok(reasons.some((reason) => names.some((name) => reason.includes(name))), `${reasons}`);
      const before = await ids(page);
      await act(picks(page).first(), 'Similar').click();
      await page.locator('.similar-line').first().waitFor();
      await page.keyboard.press('Escape');
      await act(picks(page).first(), 'Bought').click();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: /Your picks have changed/ }).click();
      await changed(page, before);
      const after = await ids(page);
      await page.reload();
      await picks(page).first().waitFor();
      assert.deepEqual(await ids(page), after);
      await page.getByRole('link', { name: 'My profile' }).click();
      await page.locator('.entry').nth(3).waitFor();
      await page.goto(mine.url); // leads here, also offline
      await page.waitForURL(/purchases\.html/);
      await picks(page).first().waitFor();
    });
  } finally {
    if (!stopped) await mine.stop();
  }
});

test('the worker and the page give the same list', { timeout: 60000 }, async () => {
  const mine = await startRetail();
  try {
    await withBrowser({}, async (context) => {
      const page = await visited(context, mine);
      await begin(page);
      const own = await ids(page);
      await page.reload();
      await picks(page).first().waitFor();
      assert.equal(await page.evaluate(() => navigator.serviceWorker.controller !== null), true);
      assert.deepEqual(await ids(page), own);
    });
  } finally {
    await mine.stop();
  }
});

test('another tab hears of a purchase', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    await begin(page);
    const other = await context.newPage();
    await other.goto(`${site.url}purchases.html`);
    await picks(other).first().waitFor();
    await act(picks(other).first(), 'Not for me').click();
    await page.getByRole('button', { name: /Your picks have changed/ }).waitFor();
  });
});

test('one engine comes, the start page leads here, and no other host is let in', async () => {
  const mine = await startRetail();
  try {
    await withBrowser(alone, async (context) => {
      const page = await open(context, '', mine);
      await page.locator('.goods').first().waitFor();
      const engines = mine.requests.map((request) => request.path).filter((path) => path.endsWith('.wasm'));
      const { needs } = JSON.parse(readFileSync(join(PURCHASES, 'manifest.json'), 'utf8'));
      assert.deepEqual(engines, [needs.length === 1 ? '/pocketrec-purchases.wasm' : '/pocketrec-full.wasm']);
      await page.goto(mine.url);
      await page.waitForURL(/purchases\.html$/);
    });
  } finally {
    await mine.stop();
  }
  const policy = /content="(default-src[^"]+)"/.exec(readFileSync(join(SITE, 'purchases.html'), 'utf8'))[1];
  assert.ok(!/https?:|\*|unsafe-inline|'unsafe-eval'/.test(policy), policy);
});

test('a bundle that does not come is said, and tried again', async () => {
  const mine = await startRetail();
  try {
    await withBrowser(alone, async (context) => {
      mine.broken.set('/bundle/manifest.json', 503);
      const page = await firstPage(context, `${mine.url}purchases.html`);
      await page.locator('.state-title').waitFor();
      assert.deepEqual(await axe(page), []);
      mine.broken.clear();
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('.goods').first().waitFor();
    });
  } finally {
    await mine.stop();
  }
});

test('bytes of the page and the worker', async () => {
  const mine = await startRetail();
  try {
    await withBrowser({}, async (context) => {
      const page = await open(context, '', mine);
      await page.locator('.goods').first().waitFor();
      const asked = mine.requests.map((request) => request.path);
      const worker = asked.indexOf('/sw.js'); // what comes after it is for later visits
      const own = (path) => /\.(html|css|js)$/.test(path);
      const paths = [...new Set(asked.slice(0, worker < 0 ? undefined : worker).filter(own)), '/sw.js'];
      assert.ok(paths.length >= 5, `${paths}`);
      const sizes = paths.map((path) => [path, brotliCompressSync(readFileSync(join(SITE, path))).length]);
      for (const [path, size] of sizes) console.log(`# ${String(size).padStart(7)} ${path}`);
      const total = sizes.reduce((sum, [, size]) => sum + size, 0);
      console.log(`# ${String(total).padStart(7)} bytes of page and worker`);
      assert.ok(total <= PAGE, `${total} bytes of page and worker`);
    });
  } finally {
    await mine.stop();
  }
});
