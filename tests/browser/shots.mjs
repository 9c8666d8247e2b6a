/**
 * Makes the pictures in docs/screens: node tests/browser/shots.mjs [folder [workouts|trainers|shop|meaning|retail]]. They show the real
 * engine on the demonstrations' bundles. Fonts are the system's, so pictures from two machines differ in their letters. PR_SHOTS_NOW sets the clock
 * (2026-11-21T09:00:00Z): the demonstration's logs end on a fixed day, and a list is freshest just after it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MEANING, PURCHASES, ROOT, SHOP, SITE, TRAINERS, firstPage, startSite, withBrowser } from './browser.mjs';

const NOW = process.env.PR_SHOTS_NOW ?? new Date().toISOString();
const OUT = process.argv[2] ?? join(ROOT, 'docs/screens');
const ONLY = process.argv[3] ?? '';
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 };
const DESK = { viewport: { width: 1280, height: 800 } };

/** Ages, level and types of somebody; generic enough for any bundle. */
async function answer(page, snap) {
  for (let step = 1; ; step++) {
    await page.locator('form.step').waitFor();
    const radios = page.locator('input[type=radio]');
    const boxes = page.locator('input[type=checkbox]');
    if (await radios.count()) await radios.nth(1).check();
    for (const index of [2, 5, 7]) if (index < (await boxes.count())) await boxes.nth(index).check();
    await page.waitForTimeout(300);
    if (step === 1) await snap('question');
    if (await boxes.count()) await snap('types');
    const last = (await page.locator('#region').count()) > 0;
    await page.locator('button[type=submit]').click();
    if (last) break;
  }
  await page.locator('.card').first().waitFor();
  await page.waitForTimeout(600);
}

async function tour(name, options) {
  await withBrowser({ ...options, serviceWorkers: 'block' }, async (context) => {
    await context.clock.setFixedTime(NOW);
    const page = await firstPage(context, site.url);
    const snap = (what) => page.screenshot({ path: join(OUT, `${name}-${what}.png`) });
    const still = () => page.waitForTimeout(500);
    await answer(page, snap);
    await snap('list');
    await page.locator('.card').nth(1).locator('.text-button').click();
    await page
      .locator('.card')
      .nth(1)
      .evaluate((card) => scrollTo({ top: card.getBoundingClientRect().top + scrollY - 24 }));
    await still();
    await snap('why');
    await page.locator('.card').nth(1).locator('.text-button').click();
    await page.locator('.card').nth(1).locator('.act-like').click();
    await page.locator('.card').nth(2).locator('.act-dislike').click();
    await page.locator('.pending-button').waitFor();
    await still();
    await snap('feedback');
    await page.locator('.pending-button').click();
    await still();
    if (await page.getByRole('button', { name: 'Tune' }).isVisible()) {
      await page.getByRole('button', { name: 'Tune' }).click();
      await page.locator('#variety').fill('70');
      await still();
      await snap('tune');
      await page.getByRole('button', { name: 'Tune' }).click();
    }
    await context.setOffline(true);
    await page.locator('.card').nth(3).locator('.act-done').click();
    await page.locator('#theme').focus();
    await page.evaluate(() => scrollTo(0, 0));
    await still();
    await snap('offline');
  });
}

/** A goal, the five, why, an intro, and next week after it. */
async function trainers(name, options) {
  await withBrowser({ ...options, serviceWorkers: 'block' }, async (context) => {
    const page = await firstPage(context, `${site.url}trainers.html`);
    const still = () => page.waitForTimeout(700);
    const snap = async (what) => {
      await still();
      await page.screenshot({ path: join(OUT, `trainers-${name}-${what}.png`) });
    };
    const card = (index) => page.locator('.trainer').nth(index);
    await page.locator('.choices input').first().check();
    await snap('goal');
    await page.locator('button[type=submit]').click();
    await card(4).waitFor();
    await snap('list');
    await card(1)
      .getByRole('button', { name: /^Why this/ })
      .click();
    await card(1).evaluate((one) => scrollTo({ top: one.getBoundingClientRect().top + scrollY - 24 }));
    await snap('why');
    await card(2).locator('.trainer-play').click();
    await page.waitForTimeout(4200);
    await snap('intro');
    await page.waitForTimeout(4000);
    await page.keyboard.press('Escape');
    await card(2).locator('.act-like').click();
    await page.locator('.week-count').waitFor();
    await page.evaluate(() => scrollTo(0, 0));
    await page.locator('.week input[value=next]').check();
    await page.locator('body[data-week=next]').waitFor();
    await snap('next');
  });
}

/** The shop: home, a product, home again with picks, the search box's list, a search with a slip in it. */
async function shop(name, options) {
  await withBrowser({ ...options, serviceWorkers: 'block' }, async (context) => {
    const page = await firstPage(context, `${site.url}shop.html`);
    const snap = async (what) => {
      await page.waitForTimeout(600);
      await page.screenshot({ path: join(OUT, `shop-${name}-${what}.png`) });
    };
    await page.locator('.tile').first().waitFor();
    const words = (await page.locator('.tile-name').allTextContents()).flatMap((text) => text.toLowerCase().match(/[a-z]{7,}/g) ?? []);
    await snap('home');
    await page.locator('.tile-name').nth(1).click();
    await page.locator('.product').waitFor();
    await snap('product');
    await page.goBack();
    await page.getByRole('heading', { name: 'Picked for you' }).waitFor();
    await snap('picks');
    await page.locator('#query').pressSequentially(words[0].slice(0, 4));
    await page.locator('.option').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await snap('suggest');
    await page.locator('#query').fill(words[0].slice(0, 3) + words[0].slice(4));
    await page.keyboard.press('Enter');
    await page.locator('#count').waitFor();
    await page.locator('#heading').evaluate((one) => one.blur());
    await snap('search');
  });
}

/** The shop with meaning: the encoder on its way, what it finds, the cart with what goes with it, the insights. */
async function meaning(name, options) {
  await withBrowser({ ...options, serviceWorkers: 'block' }, async (context) => {
    const page = await firstPage(context, `${site.url}shop.html`);
    const snap = async (what) => {
      await page.waitForTimeout(700);
      await page.screenshot({ path: join(OUT, `meaning-${name}-${what}.png`) });
    };
    const rest = () => page.locator('#heading').evaluate((one) => one.blur());
    await page.locator('.staged .tile').first().waitFor();
    await page.waitForTimeout(2800);
    await page.locator('.staged .tile-name').nth(1).click();
    await page.locator('.product').waitFor();
    await page.getByRole('button', { name: 'Add to cart', exact: true }).click();
    await page.waitForTimeout(2800);
    await rest();
    await snap('product');
    await page.locator('.tile-put').nth(1).click();
    await page.locator('#query').fill('gift for somebody who loves music');
    await page.keyboard.press('Enter');
    await page.locator('.results').waitFor();
    await page.locator('.strip button').click();
    await page.waitForFunction(() => (document.querySelector('.strip-bar')?.value ?? 0) > 4e6);
    await page.screenshot({ path: join(OUT, `meaning-${name}-loading.png`) });
    await page.locator('.results[data-mode=hybrid]').waitFor();
    await page.mouse.move(0, 0);
    await snap('search');
    await page.locator('#cart').click();
    await page.locator('.cart-line').nth(1).waitFor();
    await rest();
    await snap('cart');
    await page.getByRole('button', { name: 'Buy' }).click();
    await page.getByText('Thank you').waitFor();
    await page.waitForTimeout(2600);
    await page.goto(`${site.url}insights.html`);
    await page.locator('.chart canvas').first().waitFor();
    await snap('insights');
    await page.locator('#funnel').evaluate((one) => scrollTo({ top: one.getBoundingClientRect().top + scrollY - 24 }));
    await snap('times');
  });
}

/** Purchases: the first visit, the picks, why, similar things, the profile. */
async function retail(name, options) {
  await withBrowser({ ...options, serviceWorkers: 'block' }, async (context) => {
    const page = await firstPage(context, `${site.url}purchases.html`);
    const snap = async (what) => {
      await page.waitForTimeout(600);
      await page.screenshot({ path: join(OUT, `purchases-${name}-${what}.png`) });
    };
    await page.locator('.goods').first().waitFor();
    for (const index of [0, 1, 4]) await page.locator('.goods input').nth(index).check();
    await page.evaluate(() => scrollTo(0, 0));
    await snap('start');
    await page.getByRole('button', { name: 'Show my picks' }).click();
    const card = (index) => page.locator('.pick').nth(index);
    await card(3).waitFor();
    await page.locator('#heading').evaluate((one) => one.blur());
    await snap('picks');
    await card(1).getByRole('button', { name: /^Why this/ }).click();
    await card(1).evaluate((one) => scrollTo({ top: one.getBoundingClientRect().top + scrollY - 24 }));
    await snap('why');
    await card(1).getByRole('button', { name: /^Similar/ }).click();
    await page.locator('.similar-line').first().waitFor();
    await snap('similar');
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'My profile' }).click();
    await page.locator('.entry').first().waitFor();
    await page.locator('#heading').evaluate((one) => one.blur());
    await snap('profile');
  });
}

const VIEWS = [
  ['phone-light', { ...PHONE, colorScheme: 'light' }],
  ['phone-dark', { ...PHONE, colorScheme: 'dark' }],
  ['desk-light', { ...DESK, colorScheme: 'light' }],
  ['desk-dark', { ...DESK, colorScheme: 'dark' }],
];
mkdirSync(OUT, { recursive: true });
let site;
if (!ONLY || ONLY === 'workouts') {
  site = await startSite();
  for (const [name, options] of VIEWS) await tour(name, options);
  await site.stop();
}
if (!ONLY || ONLY === 'trainers') {
  site = await startSite([
    ['/bundle/', TRAINERS],
    ['/', SITE],
  ]);
  for (const [name, options] of VIEWS) await trainers(name, options);
  await site.stop();
}
if (!ONLY || ONLY === 'shop') {
  site = await startSite([
    ['/bundle/', SHOP],
    ['/', SITE],
  ]);
  for (const [name, options] of VIEWS) await shop(name, options);
  await site.stop();
}
if (!ONLY || ONLY === 'meaning') {
  site = await startSite([
    ['/bundle/', MEANING],
    ['/', SITE],
  ]);
  for (const [name, options] of VIEWS) await meaning(name, options);
  await site.stop();
}
if (!ONLY || ONLY === 'retail') {
  site = await startSite([
    ['/bundle/', PURCHASES],
    ['/', SITE],
  ]);
  for (const [name, options] of VIEWS) await retail(name, options);
  await site.stop();
}
