/** The first visit from the first question to the sliders: what a visitor sees, by mouse and by keyboard. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, cardIds, firstPage, onboard, startSite, withBrowser } from './browser.mjs';

let site;
before(async () => {
  site = await startSite();
});
after(() => site?.stop());

const quiet = async (page) => {
  assert.deepEqual(await page.evaluate(() => window.__violations), [], 'the policy was broken');
  assert.deepEqual(await page.evaluate(() => window.__shifts), [], 'the layout shifted');
};

test('onboard, like, dislike, done, why, sliders', async () => {
  await withBrowser({}, async (context) => {
    const page = await firstPage(context, site.url);
    await onboard(page);
    const before = await cardIds(page);
    assert.equal(before.length, 10);
    assert.equal(new Set(before).size, 10);
    for (const part of ['.card-title', '.card-facts', '.tags', '.match-number', '.art'])
      assert.ok(await page.locator(`.card:nth-child(3) ${part}`).count(), `${part} is missing`);

    // Why this: the parts add up to the score.
    await page
      .locator('.card')
      .nth(1)
      .getByRole('button', { name: /^Why this/ })
      .click();
    const { parts, total } = await page
      .locator('.card')
      .nth(1)
      .locator('.parts')
      .evaluate((table) => {
        const number = (cell) => Number(cell.textContent.replace('−', '-'));
        return {
          parts: [...table.querySelectorAll('tbody td')].map(number),
          total: number(table.querySelector('tfoot td')),
        };
      });
    assert.ok(parts.length > 0);
    const unit = 10 ** -String(total).split('.')[1]?.length || 1;
    assert.ok(
      Math.abs(parts.reduce((sum, part) => sum + part, 0) - total) <= unit * parts.length,
      `${parts} do not add up to ${total}`,
    );

    // Like: nothing moves under the pointer, the new order is offered.
    await page.locator('.card').nth(2).locator('.act-like').click();
    await page.locator('.card:nth-child(3) .act-like[aria-pressed=true]').waitFor();
    assert.deepEqual(await cardIds(page), before, 'the list moved while the focus was in it');
    // Dislike: the card fades, and stays until the list is left.
    await page.locator('.card').nth(4).locator('.act-dislike').click();
    await page.locator('.card.leaving:nth-child(5)').waitFor();
    assert.deepEqual(await cardIds(page), before);
    await page.locator('.pending-button').click();
    await page.waitForFunction(
      (id) => ![...document.querySelectorAll('.card')].some((card) => card.dataset.id === id),
      before[4],
    );
    const next = await cardIds(page);
    assert.equal(next.length, 10);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'heading');
    assert.equal(await page.locator('.pending-button').count(), 0);

    // Done, and the focus leaves: the order is taken over by itself.
    await page.locator('.card').nth(0).locator('.act-done').click();
    await page.locator('.card.leaving:nth-child(1)').waitFor();
    await page.locator('.pending-button').waitFor();
    await page.locator('#theme').focus();
    await page.waitForFunction(
      (id) => ![...document.querySelectorAll('.card')].some((card) => card.dataset.id === id),
      next[0],
    );

    // Sliders rerank at once.
    const tuned = await cardIds(page);
    await page.getByRole('button', { name: 'Tune' }).click();
    await page.locator('#freshness').fill('0');
    await page.locator('#variety').fill('100');
    await page.waitForFunction(
      (ids) => [...document.querySelectorAll('.card')].map((card) => card.dataset.id).join() !== ids,
      tuned.join(),
    );
    await quiet(page);
  });
});

test('a second press takes back what was done', async () => {
  await withBrowser({}, async (context) => {
    const page = await firstPage(context, site.url);
    await onboard(page);
    const ids = await cardIds(page);
    const button = page.locator('.card').nth(3).locator('.act-dislike');
    await button.click();
    await page.locator('.card.leaving:nth-child(4)').waitFor();
    await button.click();
    await page.locator('.card:nth-child(4):not(.leaving)').waitFor();
    await page.locator('#theme').focus();
    await page.waitForTimeout(200);
    assert.deepEqual(await cardIds(page), ids);
  });
});

test('the whole way by keyboard alone', async () => {
  await withBrowser({ viewport: { width: 1280, height: 800 } }, async (context) => {
    const page = await firstPage(context, site.url);
    await page.locator('form.step').waitFor();
    const focused = () =>
      page.evaluate(
        () => document.activeElement.className + document.activeElement.id + (document.activeElement.type ?? ''),
      );
    const tabTo = async (pattern) => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        if (pattern.test(await focused())) return;
      }
      throw new Error(`no ${pattern} by Tab`);
    };
    for (;;) {
      const kind = await page.locator('form.step').evaluate((form) => form.querySelector('input')?.type ?? 'select');
      if (kind === 'select') break;
      await tabTo(new RegExp(`${kind}$`));
      await page.keyboard.press('Space');
      const heading = await page.locator('#heading').textContent();
      await tabTo(/button-main/);
      await page.keyboard.press('Enter');
      await page.waitForFunction((text) => document.querySelector('#heading').textContent !== text, heading);
    }
    await tabTo(/button-main/);
    await page.keyboard.press('Enter');
    await page.locator('.card').first().waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'heading', 'the focus goes to the new heading');
    await tabTo(/act-like/);
    const order = await cardIds(page);
    await page.keyboard.press('Space');
    await page.locator('.act-like[aria-pressed=true]').waitFor();
    assert.deepEqual(await cardIds(page), order);
    assert.match(await focused(), /act-like/, 'the focus stays where it was');
    await tabTo(/text-button/);
    await page.keyboard.press('Enter');
    await page.locator('.why:not([hidden]) .parts').waitFor();
    await tabTo(/variety/);
    const text = await page.locator('#variety').getAttribute('aria-valuetext');
    await page.keyboard.press('Home');
    assert.notEqual(await page.locator('#variety').getAttribute('aria-valuetext'), text);
    await quiet(page);
  });
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe-core finds nothing in any state, ${colorScheme}`, { timeout: 120000 }, async () => {
    await withBrowser({ colorScheme }, async (context) => {
      const page = await firstPage(context, site.url);
      const clean = async (name) => assert.deepEqual(await axe(page), [], name);
      await page.locator('form.step').waitFor();
      await clean('the first question');
      await page.locator('button[type=submit]').click();
      await clean('a question without an answer');
      await onboard(page);
      await clean('the list');
      await page.locator('.card').nth(0).locator('.text-button').click();
      await page.locator('.card').nth(1).locator('.act-dislike').click();
      await page.locator('.card').nth(2).locator('.act-like').click();
      await page.locator('.pending-button').waitFor();
      await page.waitForTimeout(400);
      await clean('why, leaving, pending');
      await page.getByRole('button', { name: 'Tune' }).click();
      await page.waitForTimeout(400);
      await clean('the sliders');
      await page.getByRole('button', { name: 'My data' }).click();
      await page.getByRole('button', { name: 'Forget me' }).click();
      await page.waitForTimeout(400);
      await clean('the data');
      await page.getByRole('button', { name: 'Forget everything' }).click();
      await page.locator('form.step').waitFor();
      await clean('forgotten');
    });
  });
}

test('both colours at a press, remembered', async () => {
  await withBrowser({ colorScheme: 'light' }, async (context) => {
    const page = await firstPage(context, site.url);
    await page.locator('form.step').waitFor();
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await ground();
    await page.locator('#theme').click();
    const dark = await ground();
    assert.notEqual(dark, light);
    await page.reload();
    await page.locator('form.step').waitFor();
    assert.equal(await ground(), dark);
    assert.equal(await page.locator('#theme').getAttribute('aria-pressed'), 'true');
  });
});

test('fits 320 px without a sideways scroll, and everything to touch is 44 px', async () => {
  await withBrowser({ viewport: { width: 320, height: 640 } }, async (context) => {
    const page = await firstPage(context, site.url);
    await onboard(page);
    await page.locator('.card').nth(1).locator('.text-button').click();
    assert.ok(
      await page.evaluate(() => document.documentElement.scrollWidth <= 320),
      'the page is wider than the screen',
    );
    const small = await page.locator('button:visible, select:visible').evaluateAll((nodes) =>
      nodes
        .map((node) => [node.className, node.getBoundingClientRect()])
        .filter(([, box]) => box.width < 43.5 || box.height < 43.5)
        .map(([name, box]) => `${name} ${box.width}x${box.height}`),
    );
    assert.deepEqual(small, []);
  });
});

test('export, forget, import bring the same list back', async () => {
  await withBrowser({ viewport: { width: 1280, height: 900 }, acceptDownloads: true }, async (context) => {
    const page = await firstPage(context, site.url);
    await onboard(page);
    await page.locator('.card').nth(1).locator('.act-like').click();
    await page.locator('.act-like[aria-pressed=true]').waitFor();
    await page.locator('#theme').focus();
    await page.waitForTimeout(300);
    const list = await cardIds(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export' }).click(),
    ]);
    const file = await download.path();
    await page.getByRole('button', { name: 'Forget me' }).click();
    await page.getByRole('button', { name: 'Forget everything' }).click();
    await page.locator('form.step').waitFor();
    const kept = await page.evaluate(async () => {
      const database = await new Promise(
        (resolve) => (indexedDB.open('pocketrec').onsuccess = (event) => resolve(event.target.result)),
      );
      const rows = await new Promise(
        (resolve) =>
          (database.transaction('state').objectStore('state').getAllKeys().onsuccess = (event) =>
            resolve(event.target.result)),
      );
      return [...rows, ...Object.keys(localStorage)];
    });
    assert.deepEqual(kept, [], 'something about the visitor is left');
    await onboard(page, { choose: 1 });
    await page.locator('#import-file').setInputFiles(file);
    await page.waitForFunction(
      (ids) => [...document.querySelectorAll('.card')].map((card) => card.dataset.id).join() === ids,
      list.join(),
    );
    await page
      .locator('#import-file')
      .setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('[1,2') });
    await page.getByText(/This file was not taken/).waitFor();
    assert.deepEqual(await cardIds(page), list);
  });
});

test('without JavaScript there is the static list', async () => {
  await withBrowser({ javaScriptEnabled: false }, async (context) => {
    const top =
      '<ol><li><strong>Slow Flow</strong> <span>Alex Morgan</span></li><li><strong>Hill Ride</strong></li></ol>';
    const html = await (await fetch(site.url)).text();
    site.broken.set('/', html.replace('<!-- pocketrec:top:begin -->', `<!-- pocketrec:top:begin -->${top}`));
    const page = await firstPage(context, site.url);
    assert.ok(await page.locator('.static li strong').first().isVisible());
    assert.equal(await page.locator('.skeleton').isVisible(), false);
    assert.equal(await page.locator('#theme').isVisible(), false);
    site.broken.clear();
  });
});
