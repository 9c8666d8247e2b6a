/**
 * Search by meaning in a real Chromium with the real encoder: it comes once, by the visitor's wish, in a worker of its own;
 * words never wait for it. Needs build/demo-meaning/bundle (`./dev encoder`, `./dev demo shop --once`).
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MEANING, ROOT, axe, eventually, firstPage, untilWorkerActive, withBrowser } from './browser.mjs';
import { alone, ask, cramped, encoder, encoderPath, fetched, found, load, megabytes, open, ready, search, startStaged } from './staged.mjs';

const COMMAND = process.env.PR_TEST_COMMAND ?? join(ROOT, 'build/native/pocketrec');
/** Words that no product has, but of which the catalogue knows the meaning. */
const WORDLESS = 'gift for somebody who loves music';

let site;
before(async () => {
  site = await startStaged();
});
after(() => site?.stop());
const limit = { timeout: 180000 };

/** Keep what the page tells its workers, and what they answer. */
function listenToWorkers() {
  window.__workers = [];
  window.__told = [];
  const Plain = window.Worker;
  window.Worker = class extends Plain {
    constructor(url) {
      super(url);
      window.__workers.push(String(url));
      this.addEventListener('message', ({ data }) => window.__told.push(data.vector ? { ...data, vector: [...data.vector] } : data));
    }
    postMessage(message, ...more) {
      window.__told.push({ asked: message });
      if (window.__late) setTimeout(() => super.postMessage(message, ...more), window.__late);
      else super.postMessage(message, ...more);
    }
    terminate() {
      window.__told.push({ ended: true });
      super.terminate();
    }
  };
}

const vectors = (page) => page.evaluate(() => window.__told.filter((one) => one.vector).map((one) => one.vector));

/** The vector of a text by the native command, of the same encoder file. */
function nativeVector(text) {
  const folder = mkdtempSync(join(tmpdir(), 'pocketrec-meaning-'));
  try {
    writeFileSync(join(folder, 'texts'), `${text}\n`);
    execFileSync(COMMAND, ['embed', join(MEANING, encoder.file), join(folder, 'texts'), '--out', join(folder, 'out')], { stdio: 'ignore' });
    const bytes = readFileSync(join(folder, 'out'));
    const size = Number(bytes.readBigUInt64LE(0));
    const head = JSON.parse(bytes.subarray(8, 8 + size).toString());
    const [begin, end] = Object.values(head).find((one) => one.dtype === 'F32').data_offsets;
    return [...new Float32Array(bytes.buffer.slice(bytes.byteOffset + 8 + size + begin, bytes.byteOffset + 8 + size + end))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('words first; the encoder comes once, by wish, with a count of its bytes; what it finds takes their place', limit, async () => {
  const mine = await startStaged();
  try {
    await withBrowser(alone, async (context) => {
      await context.addInitScript(listenToWorkers);
      const page = await open(context, mine);
      const by = page.getByRole('combobox', { name: 'Search by' });
      assert.equal(await by.inputValue(), 'words');
      await search(page, WORDLESS);
      assert.equal(await page.locator('#heading').textContent(), `Nothing matches “${WORDLESS}”`);
      const early = mine.requests.map(({ path }) => path);
      assert.ok(!early.some((path) => /encoder|worker-|uplot|insights/i.test(path)), `a first visit loads ${early}`);
      const offer = page.getByRole('button', { name: `By meaning too (${megabytes}, once)` });
      await page.evaluate(() => {
        window.__counts = new Set();
        new MutationObserver(() => window.__counts.add(document.querySelector('.strip-text')?.textContent)).observe(document.getElementById('view'), { childList: true, subtree: true, characterData: true });
      });
      await offer.click();
      await page.locator('.results[data-mode=hybrid]').waitFor({ timeout: 60000 });
      const counts = await page.evaluate(() => [...window.__counts].filter((text) => text?.startsWith('Loading')));
      assert.ok(counts.length > 3, `the count was ${counts}`);
      assert.match(counts.at(-1), new RegExp(`^Loading the encoder: \\d+\\.\\d of ${megabytes}, once$`));
      assert.equal(await by.inputValue(), 'both');
      assert.equal(await page.locator('#heading').textContent(), `Results for “${WORDLESS}”`);
      assert.ok((await found(page)).length > 10);
      assert.match(await page.locator('#count').textContent(), /by words and meaning$/);
      assert.equal(fetched(mine), 1, 'the encoder was fetched more than once');
      assert.deepEqual(await page.evaluate(() => window.__workers.map((url) => /\/assets\/worker-[0-9a-f]+\.js$/.test(url))), [true]);
      assert.deepEqual(await axe(page), []);
      // The same bytes as the native command.
      assert.deepEqual((await vectors(page)).at(-1), nativeVector(WORDLESS));
      // And the same products as the engine finds with that vector.
      const hits = await ask(page, 'POST', '/recommendations/search', { query: WORDLESS, mode: 'hybrid', vector: nativeVector(WORDLESS), response_limit: 24 });
      assert.deepEqual(await found(page), hits.results.map(({ id }) => id));
      // By meaning alone it is another list, and by words none.
      await by.selectOption('meaning');
      await page.locator('.results[data-mode=meaning]').waitFor();
      await by.selectOption('words');
      await page.locator('.results[data-mode=keyword]').waitFor();
      await page.getByText('Searched by words; the encoder is on this device.').waitFor();
      assert.equal(fetched(mine), 1);
      assert.deepEqual(await page.evaluate(() => window.__violations), [], 'the policy was broken');
    });
  } finally {
    await mine.stop();
  }
});

test('a second visit loads nothing and goes by both; without a network it still does', limit, async () => {
  const mine = await startStaged();
  let stopped = false;
  try {
    await withBrowser({}, async (context) => {
      const page = await open(context, mine);
      await untilWorkerActive(page);
      await page.reload();
      await ready(page);
      await search(page, WORDLESS);
      await load(page);
      const list = await found(page);
      await eventually(page, async () => {
        const kept = await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
        const urls = kept.flat();
        return urls.some((url) => /pocketrec-encoder/.test(url)) && urls.some((url) => /assets\/worker-/.test(url)) && urls.some((url) => /\/vectors-/.test(url));
      });
      await eventually(page, async () => {
        const { shards } = await (await fetch('bundle/manifest.json')).json();
        const [name] = (await caches.keys()).filter((one) => one.startsWith('pocketrec-bundle:'));
        return (await (await caches.open(name)).keys()).length === shards.length + 1;
      });
      await page.reload();
      await ready(page);
      await page.locator('.results[data-mode=hybrid]').waitFor();
      assert.equal(await page.getByRole('combobox', { name: 'Search by' }).inputValue(), 'both');
      assert.equal(fetched(mine), 1, 'the second visit fetched it again');
      await mine.stop();
      stopped = true;
      await context.setOffline(true);
      await page.goto(`${mine.url}shop.html`);
      await ready(page);
      await search(page, WORDLESS);
      await page.locator('.results[data-mode=hybrid]').waitFor();
      assert.deepEqual(await found(page), list);
    });
  } finally {
    if (!stopped) await mine.stop();
  }
});

test('it can be taken away, which gives its room back, and comes again by wish', limit, async () => {
  const mine = await startStaged();
  try {
    await withBrowser(alone, async (context) => {
      await context.addInitScript(listenToWorkers);
      const page = await open(context, mine);
      await search(page, WORDLESS);
      await load(page);
      const kept = () => page.evaluate(async (path) => Boolean(await caches.match(new URL(path, location.origin).href)), encoderPath);
      assert.equal(await kept(), true);
      await page.getByRole('button', { name: `Remove the encoder (${megabytes})` }).click();
      await page.getByRole('button', { name: /^By meaning too/ }).waitFor();
      assert.equal(await kept(), false);
      assert.ok(await page.evaluate(() => window.__told.some((one) => one.ended)), 'its worker still runs');
      await page.reload();
      await ready(page);
      assert.equal(await page.getByRole('combobox', { name: 'Search by' }).inputValue(), 'words');
      assert.equal(fetched(mine), 1);
      await load(page);
      assert.equal(fetched(mine), 2);
      // The same on the page of what is kept.
      await page.goto(`${mine.url}shop.html#/data`);
      await page.locator('#encoder-title').waitFor();
      assert.deepEqual(await axe(page), []);
      await page.getByRole('button', { name: 'Remove the encoder' }).click();
      await page.getByText('The encoder is not here.').waitFor();
      assert.equal(await kept(), false);
    });
  } finally {
    await mine.stop();
  }
});

test('a damaged encoder is refused with a sentence, the words go on, and later it can be had', limit, async () => {
  const mine = await startStaged();
  try {
    await withBrowser(alone, async (context) => {
      const page = await open(context, mine);
      const bytes = Buffer.from(readFileSync(join(MEANING, encoder.file)));
      bytes[bytes.length - 5] ^= 1;
      mine.broken.set(encoderPath, bytes);
      await search(page, 'headphones');
      const list = await found(page);
      await page.getByRole('button', { name: /^By meaning too/ }).click();
      await page.locator('.strip[data-stage=failed]').waitFor({ timeout: 60000 });
      assert.match(await page.locator('.strip').textContent(), /Searched by words\. encoder-\w+\.safetensors is not the file that the manifest names: its checksum differs\./);
      assert.equal(fetched(mine), 2, 'once more past every cache');
      assert.deepEqual(await found(page), list);
      assert.equal(await page.locator('.results').getAttribute('data-mode'), 'keyword');
      assert.deepEqual(await axe(page), []);
      await search(page, 'lamp');
      assert.ok((await found(page)).length > 0);
      mine.broken.set(encoderPath, 503);
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('.strip').getByText(/could not be loaded; check the connection/).waitFor();
      await page.locator('#live', { hasText: /^Searched by words\. .* could not be loaded; check the connection/ }).waitFor({ state: 'attached' });
      mine.broken.clear();
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('.results[data-mode=hybrid]').waitFor({ timeout: 60000 });
    });
  } finally {
    await mine.stop();
  }
});

test('who types on or searches on gets no stale results, and the list below the box knows the meaning', limit, async () => {
  await withBrowser(alone, async (context) => {
    await context.addInitScript(listenToWorkers);
    const page = await open(context, site);
    await search(page, WORDLESS);
    await load(page);
    // Two searches at once: only the second may be shown, whatever comes when.
    await page.evaluate(() => {
      location.hash = '#/search?q=something%20to%20sit%20on';
      setTimeout(() => (location.hash = '#/search?q=warm%20feet'), 0);
    });
    await page.locator('#heading', { hasText: 'warm feet' }).waitFor();
    await page.locator('.results[data-mode=hybrid]').waitFor();
    await page.waitForTimeout(500);
    assert.equal(await page.locator('#heading').textContent(), 'Results for “warm feet”');
    const answer = await ask(page, 'POST', '/recommendations/search', { query: 'warm feet', mode: 'hybrid', vector: nativeVector('warm feet'), response_limit: 24 });
    assert.deepEqual(await found(page), answer.results.map(({ id }) => id));
    // Letters: what is shown below the box belongs to the last of them.
    const input = page.locator('#query');
    await input.fill('');
    await input.pressSequentially('something to sleep in', { delay: 15 });
    await page.locator('[id^=hit-]').first().waitFor();
    await page.waitForTimeout(600);
    const near = await ask(page, 'POST', '/recommendations/search', { query: 'something to sleep in', mode: 'hybrid', prefix: true, vector: nativeVector('something to sleep in'), response_limit: 3 });
    const names = (await page.locator('[id^=hit-] .option-text').allTextContents());
    assert.deepEqual(names, near.results.map(({ name }) => name));
    const asked = await page.evaluate(() => window.__told.filter((one) => one.asked?.type === 'embed').length);
    assert.ok(asked < 2 + 'something to sleep in'.length, 'every letter was encoded');
  });
});

test('what comes late is not announced on another page, and takes no newer choice back', limit, async () => {
  await withBrowser(alone, async (context) => {
    await context.addInitScript(listenToWorkers);
    const page = await open(context, site);
    await search(page, 'headphones');
    await page.getByRole('button', { name: /^By meaning too/ }).click();
    await page.locator('.results .tile-name').first().click();
    await page.locator('.product').waitFor();
    await page.locator('#live').evaluate((live) => (live.textContent = ''));
    await page.waitForFunction(() => window.__told.some((one) => one.vector), null, { timeout: 60000 });
    await page.waitForTimeout(1000);
    assert.equal(await page.locator('#live').textContent(), '');
    // Somebody is among the results when those by meaning come, and sorts before they are taken.
    await page.goto(`${site.url}shop.html`);
    await page.reload();
    await ready(page);
    await page.evaluate(() => (window.__late = 1000)); // milliseconds
    await search(page, 'lamp');
    await page.locator('#sort').focus();
    await page.locator('.pending-button').waitFor({ timeout: 60000 });
    const cheapest = await page.locator('#sort option').evaluateAll((options) => options.find(({ text }) => /price/i.test(text)).value);
    await page.locator('#sort').selectOption(cheapest);
    await page.waitForFunction((value) => location.hash.includes(value), cheapest);
    await page.locator('.pending-button').click();
    await page.locator('.results[data-mode=hybrid]').waitFor();
    assert.equal(await page.locator('#sort').inputValue(), cheapest);
    assert.match(page.url(), new RegExp(cheapest));
  });
});

test('who saves data is asked first, and stays with words', limit, async () => {
  const mine = await startStaged();
  try {
    await withBrowser(alone, async (context) => {
      await context.addInitScript(() => Object.defineProperty(Navigator.prototype, 'connection', { get: () => ({ saveData: true }) }));
      const page = await open(context, mine);
      await page.getByRole('combobox', { name: 'Search by' }).selectOption('both');
      await search(page, 'headphones');
      await page.getByText('Searched by words: your browser asks to save data.').waitFor();
      assert.equal(await page.locator('.results').getAttribute('data-mode'), 'keyword');
      assert.equal(fetched(mine), 0);
      await page.getByRole('button', { name: `Load ${megabytes} all the same` }).click();
      await page.locator('.results[data-mode=hybrid]').waitFor({ timeout: 60000 });
      assert.equal(fetched(mine), 1);
    });
  } finally {
    await mine.stop();
  }
});

test('the worker is ended when nobody asks for two minutes, and starts again from the cache', limit, async () => {
  const mine = await startStaged();
  try {
    await withBrowser(alone, async (context) => {
      await context.addInitScript(listenToWorkers);
      const page = await open(context, mine);
      await search(page, WORDLESS);
      await load(page);
      await page.clock.install();
      await search(page, 'warm feet');
      await page.locator('.results[data-mode=hybrid]').waitFor();
      await page.clock.fastForward('02:05');
      assert.ok(await page.evaluate(() => window.__told.some((one) => one.ended)), 'it was not ended');
      await search(page, 'something to sit on');
      await page.locator('.results[data-mode=hybrid]').waitFor();
      const from = await page.evaluate(() => window.__told.filter((one) => one.type === 'open').map((one) => one.from));
      assert.deepEqual(from, ['network', 'cache']);
      assert.equal(fetched(mine), 1);
    });
  } finally {
    await mine.stop();
  }
});

test('by keyboard alone, in the dark, on 320 px', limit, async () => {
  await withBrowser({ ...alone, colorScheme: 'dark', viewport: { width: 320, height: 640 } }, async (context) => {
    const page = await open(context, site);
    await search(page, WORDLESS);
    assert.deepEqual(await axe(page), []);
    const offer = page.getByRole('button', { name: /^By meaning too/ });
    await offer.focus();
    await page.keyboard.press('Enter');
    await page.locator('.results[data-mode=hybrid]').waitFor({ timeout: 60000 });
    assert.ok(await page.evaluate(() => document.activeElement.classList.contains('strip')), 'the focus was lost with the button');
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(await cramped(page), []);
    const by = page.getByRole('combobox', { name: 'Search by' });
    await by.focus();
    await page.keyboard.press('w');
    await page.locator('.results[data-mode=keyword]').waitFor();
  });
});

test('a shop without an encoder has no such choice', limit, async () => {
  const { SHOP, SITE, startSite } = await import('./browser.mjs');
  const mine = await startSite([
    ['/bundle/', SHOP],
    ['/', SITE],
  ]);
  try {
    await withBrowser(alone, async (context) => {
      const page = await firstPage(context, `${mine.url}shop.html`);
      await ready(page);
      assert.equal(await page.locator('#search-by').isHidden(), true);
      assert.equal(await page.locator('#cart').isHidden(), true);
      assert.ok(!mine.requests.some(({ path }) => /stages|worker-|encoder/.test(path)));
    });
  } finally {
    await mine.stop();
  }
});
