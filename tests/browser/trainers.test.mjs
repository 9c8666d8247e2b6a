/**
 * The trainers' page: a goal, five trainers with reasons, what one does with them, and next week's list that learned from
 * it. Needs build/demo-trainers/bundle (`./dev demo trainers --once`); PR_TRAINERS_BUNDLE names another.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { Random } from '../parity/requests.mjs';
import { WasmEngine, compile } from '../parity/wasm_engine.mjs';
import { BUNDLE, ROOT, SITE, TRAINERS, axe, eventually, firstPage, startSite, untilWorkerActive, withBrowser } from './browser.mjs';
import { expectNative, expectWorker, sendable } from './same.mjs';

const WIRE = 120 * 1024;
const WEEK = 604800;
const COUNT = Number(process.env.PR_SAME_BYTES ?? 500);

if (!existsSync(TRAINERS))
  throw new Error(`${TRAINERS} is missing; make it with ./dev demo trainers --once, or name another with PR_TRAINERS_BUNDLE.`);

const manifest = JSON.parse(readFileSync(join(TRAINERS, 'manifest.json'), 'utf8'));
const { goals, next_week_start: weekStart, last_week: lastWeek } = manifest.settings.ranking;
/** In the first week after the log, so that nothing here depends on the day of the test. */
const NOW = (weekStart + 2 * 86400) * 1000;

const startTrainers = () =>
  startSite([
    ['/bundle/', TRAINERS],
    ['/', SITE],
  ]);

let site;
before(async () => {
  site = await startTrainers();
});
after(() => site?.stop());

/** The page with its clock in the week after the log; the worker's clock is the machine's. */
async function open(context, { worker = false, from = site } = {}) {
  if (!worker) await context.clock.setFixedTime(NOW);
  const page = await firstPage(context, `${from.url}trainers.html`);
  await page.locator('form.step').waitFor();
  return page;
}

const alone = { serviceWorkers: 'block' };
const ids = (page) => page.locator('.trainer').evaluateAll((cards) => cards.map((card) => card.dataset.id));
const card = (page, index) => page.locator('.trainer').nth(index);

async function choose(page, goal = goals[0]) {
  await page.locator(`.choices input[value="${goal}"]`).check();
  await page.locator('form.step button[type=submit]').click();
  await page.locator('.trainer').first().waitFor();
}

const turn = async (page, to) => {
  await page.locator(`.week input[value=${to}]`).check();
  await page.locator(`body[data-week=${to}]`).waitFor();
};

/** What the device keeps, read past the page. */
const state = (page) =>
  page.evaluate(async () => {
    const database = await new Promise(
      (resolve) => (indexedDB.open('pocketrec').onsuccess = (event) => resolve(event.target.result)),
    );
    const text = await new Promise(
      (resolve) =>
        (database.transaction('state').objectStore('state').get('/bundle/').onsuccess = (event) =>
          resolve(event.target.result)),
    );
    database.close();
    return text ? JSON.parse(text) : null;
  });

/** Until the device keeps what `when` asks for. */
async function kept(page, when) {
  for (let tries = 0; tries < 80; tries++) {
    const now = await state(page);
    if (now && when(now)) return now;
    await page.waitForTimeout(100);
  }
  throw new Error(`the state never came to that: ${JSON.stringify(await state(page))}`);
}

/** True within eight seconds. */
async function assertSoon(check) {
  for (let tries = 0; tries < 80; tries++) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`never true: ${check}`);
}

/** The whole ranking of a week, by the library beside the page: the same state, no exploration. */
const ranking = (page, week) =>
  page.evaluate(
    async ([path, now]) => {
      const { load } = await import('/pocketrec.mjs');
      const rec = await load({ bundle: 'bundle/', needs: ['ranking'], notify: false });
      const { json } = await rec.call('GET', path, undefined, { now });
      rec.close();
      return json.recommendations.map((one) => one.id);
    },
    [`/api/v1/trainers/me?week=${week}&topk=1000&explore=0`, Math.floor(NOW / 1000)],
  );

const quiet = async (page) => {
  assert.deepEqual(await page.evaluate(() => window.__violations), [], 'the policy was broken');
  assert.deepEqual(await page.evaluate(() => window.__shifts), [], 'the layout shifted');
};

const number = (text) => Number(text.replace('−', '-').replace(/[^\d.e+-]/g, ''));

test('goal, five trainers, why, watch, like: next week’s list has learned', { timeout: 90000 }, async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    assert.equal(await page.locator('.choices input').count(), goals.length, 'every goal of the bundle is offered');
    await choose(page);
    assert.equal(await page.locator('.trainer').count(), 5);
    assert.equal(new Set(await ids(page)).size, 5);
    for (const part of ['.trainer-name', '.specialities', '.stats', '.popularity', '.score', '.art'])
      assert.ok(await card(page, 2).locator(part).count(), `${part} is missing`);
    assert.match(await page.locator('#heading').textContent(), new RegExp(goals[0], 'i'));
    assert.ok((await page.locator('.badge-match').count()) > 0, 'nobody works on the goal');

    // What was really seen is an impression, once.
    const first = (await ids(page))[0];
    const seen = await kept(page, ({ weekly }) => weekly?.some((row) => row.item === first));
    assert.equal(seen.goal, goals[0]);
    const row = seen.weekly.find((one) => one.item === first);
    assert.deepEqual([row.week, row.impressions, row.clicks], [lastWeek + 1, 1, 0]);
    assert.ok(
      !seen.weekly.some((one) => one.item === '' || one.impressions > 1),
      'a card was counted more than once',
    );

    // Why this: what is listed adds up to the score.
    await card(page, 1)
      .getByRole('button', { name: /^Why this/ })
      .click();
    const why = card(page, 1).locator('.why');
    const addsUp = async () => {
      const parts = (await why.locator('.reason-number:visible').allTextContents()).map(number);
      const score = parts.pop();
      assert.ok(parts.length >= 3);
      const unit = 10 ** -(String(score).split('.')[1]?.length ?? 0);
      assert.ok(
        Math.abs(parts.reduce((sum, part) => sum + part, 0) - score) <= unit * (parts.length + 1),
        `${parts} do not add up to ${score}`,
      );
    };
    await addsUp();
    if (await why.locator('.reasons-more').count()) await why.locator('.reasons-more').click();
    await addsUp();
    assert.ok(!(await why.textContent()).includes('__'), 'a name of a feature is shown as it is');

    // The third is opened, watched to the end, and liked.
    const chosen = (await ids(page))[2];
    const week = lastWeek + 1;
    const place = async (at) => (await ranking(page, at)).indexOf(chosen);
    const [thisWeek, nextWeek] = [await place(week), await place(week + 1)];
    await context.clock.resume();
    await card(page, 2).locator('.trainer-play').click();
    await page.locator('dialog .intro-playing').waitFor();
    await page.getByRole('button', { name: 'Watch the intro again' }).waitFor({ timeout: 30000 });
    const watched = await kept(page, ({ weekly }) => weekly.some((one) => one.item === chosen && one.views === 1));
    const mine = watched.weekly.find((one) => one.item === chosen);
    assert.equal(mine.clicks, 1);
    assert.ok(mine.watch > 900, `${mine.watch} thousandths were watched`);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    assert.equal((await state(page)).weekly.find((one) => one.item === chosen).views, 1, 'closing counted it again');
    await card(page, 2).locator('.act-like').click();
    await kept(page, ({ events }) => events.some((event) => event.type === 'like' && event.item === chosen));
    await context.clock.setFixedTime(NOW);

    // This week stays as it is; next week has moved, and says so.
    assert.equal(await place(week), thisWeek, 'this week’s list moved');
    const risen = await place(week + 1);
    assert.ok(risen <= nextWeek && risen < thisWeek, `rank ${thisWeek} now, next week ${nextWeek} before and ${risen} after`);
    await page.locator('.week-count:not(:empty)').waitFor();
    const before = await ids(page);
    await turn(page, 'next');
    const after = await ids(page);
    assert.notDeepEqual(after, before, 'next week is the same list');
    assert.ok(after.indexOf(chosen) <= before.indexOf(chosen), 'who was liked fell');
    assert.match(await page.locator('.learned').textContent(), /1 watched, 1 liked/);
    assert.match(await page.locator(`.trainer[data-id="${chosen}"] .trainer-because`).textContent(), /liked/);
    assert.ok(await page.locator('.badge-up, .badge-new').count(), 'nothing is marked as risen');
    assert.ok(await page.locator(`.trainer[data-id="${chosen}"] .act-like[aria-pressed=true]`).count());
    await turn(page, 'this');
    assert.deepEqual(await ids(page), before);
    await quiet(page);
  });
});

test('every kind of feature has its own sentence, with and without a value', async () => {
  const { sentence } = await import('../../web/src/trainers/reasons.js');
  const header = readFileSync(join(ROOT, 'core/include/pocketrec.h'), 'utf8');
  const kinds = [...header.split('PR_FEATURE_LIST(X)')[1].split('typedef')[0].matchAll(/X\((\w+)\)/g)].map(([, name]) => name);
  assert.ok(kinds.length > 25);
  const general = new Set(['speciality', 'goal', 'column']);
  const features = [...kinds.filter((kind) => !general.has(kind)), 'sp__weight loss', 'goal__rehab'];
  for (const feature of features)
    for (const value of [0, 1, 0.37, 12.5, null]) {
      const text = sentence({ feature, value, contribution: 0.1 });
      assert.ok(/^[A-Z].{5,60}$/.test(text), `${feature}: “${text}”`);
      assert.ok(!/_|NaN|null|undefined|Infinity/.test(text), `${feature} ${value}: “${text}”`);
      const plain = `${feature[0].toUpperCase()}${feature.slice(1).replaceAll('_', ' ')}:`;
      assert.ok(!text.startsWith(plain), `${feature} has no sentence`);
    }
  assert.equal(sentence({ feature: 'hourly_price', value: 45, contribution: 1 }), 'Hourly price: 45');
  assert.equal(sentence({ feature: 'hourly_price', value: null, contribution: 1 }), 'Hourly price: not given');
});

test('what is watched is what was played: moving the slider is not, closing reports', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    await choose(page);
    const [first, second] = await ids(page);
    await context.clock.resume();
    // Opened and closed without playing: a click, no view.
    await card(page, 0).locator('.trainer-open').click();
    await page.locator('.intro-slider').fill('11');
    await page.keyboard.press('Escape');
    await kept(page, ({ weekly }) => weekly?.some((one) => one.item === first && one.clicks === 1));
    // A few seconds are played, then the end is sought.
    await card(page, 1).locator('.trainer-play').click();
    await page.waitForFunction(() => Number(document.querySelector('.intro-slider').value) > 3);
    await page.getByRole('button', { name: 'Pause the intro' }).click();
    await page.locator('.intro-slider').fill('11.5');
    await page.getByRole('button', { name: 'Close' }).click();
    const { weekly } = await kept(page, (now) => now.weekly.some((one) => one.item === second && one.views === 1));
    const watch = weekly.find((one) => one.item === second).watch;
    assert.ok(watch > 200 && watch < 700, `${watch} thousandths were watched`);
    assert.equal(weekly.find((one) => one.item === first).views, 0);
  });
});

test('not for me makes room, and a second press takes it back', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    await choose(page);
    const before = await ids(page);
    await card(page, 1).locator('.act-dislike').click();
    await page.locator('.trainer.leaving').waitFor();
    assert.deepEqual(await ids(page), before, 'the list moved under the finger');
    await card(page, 1).locator('.act-dislike').click();
    await page.locator('.trainer.leaving').waitFor({ state: 'detached' });
    await kept(page, ({ events }) => events.length === 0);
    assert.equal(await page.locator('.pending-button').count(), 0);
    await card(page, 1).locator('.act-dislike').click();
    await page.locator('.pending-button').click();
    await page.waitForFunction((id) => !document.querySelector(`.trainer[data-id="${id}"]`), before[1]);
    assert.equal((await ids(page)).length, 5);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'heading');
  });
});

test('an unknown goal is answered with who people like, and with the goals there are', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    await page.locator('#other').fill('zzyzx unicycling');
    await page.locator('form.step button[type=submit]').click();
    await page.locator('.trainer').first().waitFor();
    assert.match(await page.locator('#heading').textContent(), /No trainer lists “zzyzx unicycling”/);
    assert.equal(await page.locator('.trainer').count(), 5);
    assert.equal(await page.locator('.badge-match').count(), 0);
    assert.equal(await page.locator('.goal-chip input:checked').getAttribute('value'), 'zzyzx unicycling');
    assert.deepEqual(await axe(page), []);
    await page.locator(`.goal-chip input[value="${goals[1]}"]`).check();
    await page.waitForFunction((goal) => document.querySelector('#heading').textContent.includes(goal), goals[1]);
    assert.ok((await page.locator('.badge-match').count()) > 0);
  });
});

test('no goal, words of the same meaning, and a goal that is too long', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    await page.locator('form.step button[type=submit]').click();
    assert.match(await page.locator('#problem').textContent(), /Choose one/);
    await page.locator('#other').fill('é'.repeat(101));
    await page.locator('form.step button[type=submit]').click();
    assert.match(await page.locator('#problem').textContent(), /fewer words/);
    await page.getByRole('button', { name: 'Just show me' }).click();
    await page.locator('.trainer').first().waitFor();
    assert.equal(await page.locator('.goal-chip input:checked').getAttribute('value'), '');
    await page.reload();
    await page.locator('.trainer').first().waitFor(); // it is not asked again
  });
});

test('the whole way by keyboard alone', { timeout: 60000 }, async () => {
  await withBrowser({ ...alone, viewport: { width: 1280, height: 800 } }, async (context) => {
    const page = await open(context);
    const focused = () =>
      page.evaluate(() => `${document.activeElement.className} ${document.activeElement.id} ${document.activeElement.name ?? ''}`);
    const tabTo = async (pattern) => {
      for (let i = 0; i < 80; i++) {
        await page.keyboard.press('Tab');
        if (pattern.test(await focused())) return;
      }
      throw new Error(`no ${pattern} by Tab`);
    };
    await tabTo(/goal$/);
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await tabTo(/button-main/);
    await page.keyboard.press('Enter');
    await page.locator('.trainer').first().waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'heading', 'the focus goes to the new heading');
    await tabTo(/trainer-open/);
    const opener = await page.evaluate(() => document.activeElement.textContent);
    await page.keyboard.press('Enter');
    await page.locator('dialog[open]').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'details-title');
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Tab');
      const inside = await page.evaluate(
        () => document.activeElement === document.body || document.activeElement.closest('dialog') !== null,
      );
      assert.ok(inside, 'the focus left the dialog');
    }
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement.textContent), opener, 'the focus comes back');
    await tabTo(/act-like/);
    await page.keyboard.press('Space');
    await page.locator('.act-like[aria-pressed=true]').waitFor();
    assert.match(await focused(), /act-like/);
    await tabTo(/text-button/);
    await page.keyboard.press('Enter');
    await page.locator('.why:not([hidden]) .reasons').waitFor();
    await page.locator('#heading').focus();
    await tabTo(/strip$/);
    await tabTo(/week$/);
    await page.keyboard.press('ArrowRight');
    await page.locator('body[data-week=next]').waitFor();
    assert.match(await focused(), /week$/, 'the focus stays on the switch');
    await quiet(page);
  });
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe-core finds nothing in any state, ${colorScheme}`, { timeout: 120000 }, async () => {
    await withBrowser({ ...alone, colorScheme }, async (context) => {
      const page = await open(context);
      const clean = async (name) => assert.deepEqual(await axe(page), [], name);
      await clean('the goal');
      await page.locator('form.step button[type=submit]').click();
      await clean('no answer');
      await choose(page);
      await clean('the list');
      await card(page, 0)
        .getByRole('button', { name: /^Why this/ })
        .click();
      await card(page, 2).locator('.act-dislike').click();
      await card(page, 3).locator('.act-like').click();
      await page.locator('.pending-button').waitFor();
      await page.waitForTimeout(400);
      await clean('why, leaving, liked');
      await card(page, 1).locator('.trainer-open').click();
      await page.locator('dialog[open]').waitFor();
      await page.waitForTimeout(400);
      await clean('the details');
      await page.keyboard.press('Escape');
      await page.locator('.pending-button').click();
      await turn(page, 'next');
      await page.waitForTimeout(400);
      await clean('next week');
      await page.getByRole('button', { name: 'My data' }).click();
      await page.getByRole('button', { name: 'Forget me' }).click();
      await page.waitForTimeout(400);
      await clean('the data');
    });
  });
}

test('names and roles for a screen reader', async () => {
  await withBrowser(alone, async (context) => {
    const page = await open(context);
    await choose(page);
    const name = (await card(page, 0).locator('.trainer-name').textContent()).trim();
    await page.getByRole('list', { name: 'Trainers, best first' }).waitFor();
    await page.getByRole('article', { name }).waitFor();
    for (const label of [`Like: ${name}`, `Not for me: ${name}`, `Why this? ${name}`, `Watch the intro of ${name}`])
      assert.equal(await page.getByRole('button', { name: label, exact: true }).count(), 1, label);
    await page.getByRole('group', { name: 'Which week?' }).waitFor();
    await page.getByRole('group', { name: 'Your goal' }).waitFor();
    await page.getByRole('button', { name, exact: true }).click();
    await page.getByRole('dialog', { name }).waitFor();
    await page.getByRole('slider', { name: 'Position in the intro' }).waitFor();
  });
});

test('fits 320 px without a sideways scroll, and everything to touch is 44 px', async () => {
  await withBrowser({ ...alone, viewport: { width: 320, height: 640 } }, async (context) => {
    const page = await open(context);
    const small = async () =>
      assert.deepEqual(
        await page.locator('button:visible, select:visible, .goal-chip:visible, .week:visible').evaluateAll((nodes) =>
          nodes
            .map((node) => [node.className, node.getBoundingClientRect()])
            .filter(([, box]) => box.width < 43.5 || box.height < 43.5)
            .map(([name, box]) => `${name} ${box.width}x${box.height}`),
        ),
        [],
      );
    const fits = async (name) =>
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 320), `${name} is wider than the screen`);
    await fits('the goal');
    await choose(page);
    await card(page, 0)
      .getByRole('button', { name: /^Why this/ })
      .click();
    await fits('the list');
    await small();
    await card(page, 0).locator('.trainer-open').click();
    await page.locator('dialog[open]').waitFor();
    await fits('the details');
    assert.ok(await page.locator('dialog').evaluate((dialog) => dialog.scrollWidth <= dialog.clientWidth));
    await small();
  });
});

test('export, forget, import', async () => {
  await withBrowser({ ...alone, viewport: { width: 1280, height: 900 }, acceptDownloads: true }, async (context) => {
    const page = await open(context);
    await choose(page);
    await card(page, 1).locator('.act-like').click();
    await kept(page, ({ events, weekly }) => events.length === 1 && weekly?.length > 0);
    await page.locator('.kept').waitFor();
    const list = await ids(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export' }).click(),
    ]);
    const file = await download.path();
    await page.getByRole('button', { name: 'Forget me' }).click();
    await page.getByRole('button', { name: 'Forget everything' }).click();
    await page.locator('form.step').waitFor();
    assert.equal(await state(page), null, 'something about the visitor is left');
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
    await page.reload();
    await page.locator('form.step').waitFor();
    await choose(page, goals[1]);
    await page.locator('#import-file').setInputFiles(file);
    await page.waitForFunction(
      (before) => [...document.querySelectorAll('.trainer')].map((one) => one.dataset.id).join() === before,
      list.join(),
    );
    assert.ok(await page.locator('.act-like[aria-pressed=true]').count());
  });
});

/** A page under the worker after one visit, with everything that it needs offline in its caches. */
async function visited(context, from) {
  const page = await open(context, { worker: true, from });
  await choose(page);
  await untilWorkerActive(page);
  await eventually(page, async () => {
    const bundle = await (await fetch('bundle/manifest.json')).json();
    const name = (await caches.keys()).find((one) => one.startsWith('pocketrec-bundle'));
    return name && (await (await caches.open(name)).keys()).length === bundle.shards.length + 1;
  });
  return page;
}

test('offline after one visit: reload, list, events, the start page', { timeout: 60000 }, async () => {
  const mine = await startTrainers();
  let stopped = false;
  try {
    await withBrowser({}, async (context) => {
      const page = await visited(context, mine);
      const list = await ids(page);
      await mine.stop();
      stopped = true;
      await context.setOffline(true);
      await page.reload();
      await page.locator('.trainer').first().waitFor();
      assert.equal(await page.evaluate(() => navigator.serviceWorker.controller !== null), true);
      assert.equal((await ids(page)).length, list.length);
      await page.getByText('Offline', { exact: true }).waitFor();
      await card(page, 2).locator('.act-like').click();
      await kept(page, ({ events }) => events.some((event) => event.type === 'like'));
      await turn(page, 'next');
      await card(page, 0)
        .getByRole('button', { name: /^Why this/ })
        .click();
      await page.locator('.why:not([hidden]) .reasons').waitFor();
      await page.goto(mine.url); // leads here, also offline
      await page.waitForURL(/trainers\.html$/);
      await page.locator('.trainer').first().waitFor();
      assert.ok(await page.locator('.act-like[aria-pressed=true]').count(), 'the like was lost');
    });
  } finally {
    if (!stopped) await mine.stop();
  }
});

test('the start page of such a bundle leads here, and this page of another bundle leads back', async () => {
  await withBrowser(alone, async (context) => {
    const page = await firstPage(context, site.url);
    await page.waitForURL(/trainers\.html$/);
    await page.locator('form.step').waitFor();
  });
  const other = await startSite([
    ['/bundle/', BUNDLE],
    ['/', SITE],
  ]);
  try {
    await withBrowser({}, async (context) => {
      const page = await firstPage(context, `${other.url}trainers.html`);
      await page.waitForURL(other.url);
      await page.locator('form.step').waitFor();
      assert.equal(await page.locator('a[href*=trainers]').count(), 0);
      const kept = () =>
        page.evaluate(async () => {
          const name = (await caches.keys()).find((one) => one.startsWith('pocketrec-site'));
          const requests = name ? await (await caches.open(name)).keys() : [];
          return requests.map((request) => new URL(request.url).pathname);
        });
      await untilWorkerActive(page);
      await assertSoon(async () => (await kept()).includes('/pocketrec.wasm'));
      const files = await kept();
      assert.deepEqual(files.filter((file) => /trainers|shop|ranking|full/.test(file)), [], 'the worker keeps what nobody here needs');
    });
  } finally {
    await other.stop();
  }
});

test('the manifest chooses the engine', async () => {
  const mine = await startTrainers();
  try {
    await withBrowser(alone, async (context) => {
      await open(context, { from: mine });
      const engines = mine.requests.map((request) => request.path).filter((path) => path.endsWith('.wasm'));
      assert.deepEqual(engines, ['/pocketrec-ranking.wasm']);
    });
  } finally {
    await mine.stop();
  }
});

test('a bundle that does not come is said, and tried again', async () => {
  const mine = await startTrainers();
  try {
    await withBrowser(alone, async (context) => {
      mine.broken.set('/bundle/manifest.json', 503);
      const page = await firstPage(context, `${mine.url}trainers.html`);
      await page.locator('.state-title').waitFor();
      assert.deepEqual(await axe(page), []);
      mine.broken.clear();
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('form.step').waitFor();
    });
  } finally {
    await mine.stop();
  }
});

test('bytes to the first five cards', async () => {
  const mine = await startTrainers();
  try {
    await withBrowser({}, async (context) => {
      const page = await firstPage(context);
      await page.addInitScript(() => {
        window.requestIdleCallback = () => 0; // prefetching and the worker come after the first cards
      });
      await page.goto(`${mine.url}trainers.html`);
      await page.locator('form.step').waitFor();
      await choose(page);
      const paths = [...new Set(mine.requests.map((request) => request.path))].filter((path) => path !== '/favicon.ico');
      const sizes = paths.map((path) => [
        path,
        brotliCompressSync(readFileSync(path.startsWith('/bundle/') ? join(TRAINERS, path.slice(8)) : join(SITE, path))).length,
      ]);
      const total = sizes.reduce((sum, [, size]) => sum + size, 0);
      for (const [path, size] of sizes) console.log(`# ${String(size).padStart(7)} ${path}`);
      console.log(`# ${String(total).padStart(7)} bytes to the first five cards`);
      assert.ok(total <= WIRE, `${total} bytes to the first five cards`);
    });
  } finally {
    await mine.stop();
  }
});

/** Seeded requests for the routes of trainers, right and wrong, over states that grow by events. */
function trainerRequests(base) {
  const random = new Random(41);
  const engine = new WasmEngine(compile(join(SITE, 'pocketrec-full.wasm')), TRAINERS);
  const everybody = JSON.parse(
    engine.call({ method: 'GET', path: '/api/v1/trainers/x?topk=1000', body: '', state: '', now: NOW / 1000, seed: 0 }).body,
  ).recommendations.map((one) => one.id);
  const states = Array.from({ length: 6 }, () => '');
  const odd = ['', 'x', '-1', '0', '1e3', '1001', 'true', 'NaN', '%00', '%F0%9F%98%80'];
  const value = (good) => (random.chance(0.04) ? random.pick(odd) : good());
  const list = () => {
    const query = [];
    const add = (name, chance, good) => random.chance(chance) && query.push(`${name}=${value(good)}`);
    add('week', 0.5, () => lastWeek + 1 + random.below(4));
    add('topk', 0.6, () => random.pick([1, 5, 5, 10, 50, 1000]));
    add('goal', 0.4, () => encodeURIComponent(random.pick([...goals, 'Fat loss', 'unicycling', ''])));
    add('min_candidates', 0.3, () => 1 + random.below(100));
    add('decay', 0.3, () => (1 - random.next()).toFixed(3));
    add('explore', 0.4, () => random.pick([0, 1, random.next().toFixed(3)]));
    add('explain', 0.5, () => random.pick(['true', 'false', '1', '0']));
    if (random.chance(0.02)) query.push('bogus=1');
    return { method: 'GET', path: `/api/v1/trainers/${random.pick(['me', 'U1', 'a%20b'])}${query.length ? `?${query.join('&')}` : ''}`, body: '' };
  };
  const event = () => {
    const type = random.pick(['impression', 'impression', 'click', 'view', 'like', 'dislike', 'start']);
    const body = { type, item: random.chance(0.03) ? 'nobody' : random.pick(everybody.slice(0, 40)) };
    if (type === 'view' || random.chance(0.02)) body.watch = random.chance(0.05) ? random.pick([2, -1, 'x', null]) : Number(random.next().toFixed(3));
    return { method: 'POST', path: '/api/v1/events', body: JSON.stringify(body) };
  };
  const goal = () => ({
    method: 'POST',
    path: '/api/v1/trainers/goal',
    body: JSON.stringify({ goal: random.chance(0.1) ? random.pick([null, 3, 'x'.repeat(300), '', 'Ä']) : random.pick(goals) }),
  });
  const other = () => random.pick([
    { method: 'GET', path: '/api/v1/trainers/goals', body: '' },
    { method: 'GET', path: '/api/v1/me', body: '' },
    { method: 'GET', path: '/api/v1/onboarding', body: '' },
    { method: 'GET', path: '/api/v1/items/popular?n=5', body: '' },
    { method: 'GET', path: '/api/v1/trainers/', body: '' },
    { method: 'DELETE', path: '/api/v1/trainers/me', body: '' },
  ]);
  const requests = [];
  const expected = [];
  while (requests.length < COUNT) {
    const visitor = random.below(states.length);
    const make = random.chance(0.5) ? list : random.chance(0.65) ? event : random.chance(0.4) ? goal : other;
    const now = weekStart + random.below(3 * WEEK);
    const request = { ...make(), state: states[visitor], now, seed: random.below(2 ** 31) };
    if (!sendable(request, base)) continue;
    const answer = engine.call(request);
    if (answer.state !== null) states[visitor] = answer.state;
    requests.push(request);
    expected.push(answer);
  }
  engine.close();
  return { requests, expected };
}

test(`${COUNT} requests for trainers: the worker = the native command = the engine in Node`, { timeout: 180000 }, async () => {
  const { requests, expected } = trainerRequests(site.url);
  const good = expected.filter((answer) => answer.status === 200).length;
  assert.ok(good > COUNT / 2 && good < COUNT, `${good} of ${COUNT} were answered with 200`);
  expectNative(TRAINERS, requests, expected);
  await withBrowser({}, async (context) => {
    const page = await visited(context, site);
    await page.goto(`${site.url}icon.svg`); // under the worker, but without the site's own script
    await page.waitForFunction(() => Boolean(navigator.serviceWorker.controller));
    await expectWorker(page, requests, expected);
  });
});
