/** Real Chromium for the tests: one fresh profile a test, and watches over what must never happen. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Site } from './server.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
export const ROOT = join(HERE, '../..');
export const require = createRequire(join(ROOT, 'web/package.json'));
const { chromium } = require('playwright-core');

export const SITE = resolve(process.env.PR_SITE ?? join(ROOT, 'web/dist'));
export const BUNDLE = resolve(process.env.PR_BUNDLE ?? join(ROOT, 'build/demo/bundle'));
/** A bundle that ranks trainers; only the tests of that page need it. */
export const TRAINERS = resolve(process.env.PR_TRAINERS_BUNDLE ?? join(ROOT, 'build/demo-trainers/bundle'));
/** A bundle of a shop; only the tests of that page need it. */
export const SHOP = resolve(process.env.PR_SHOP_BUNDLE ?? join(ROOT, 'build/demo-shop/bundle'));
/** A bundle of a shop with meaning and its encoder; only the tests of what that brings need it. */
export const MEANING = resolve(process.env.PR_MEANING_BUNDLE ?? join(ROOT, 'build/demo-meaning/bundle'));
/** A bundle of purchases; only the tests of that page need it. */
export const PURCHASES = resolve(process.env.PR_PURCHASES_BUNDLE ?? join(ROOT, 'build/demo-retail/bundle'));
const CHROMIUM = process.env.PR_CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-dev-shm-usage',
  '--js-flags=--expose-gc',
];

for (const path of [SITE, BUNDLE, CHROMIUM]) {
  if (!existsSync(path))
    throw new Error(
      `${path} is missing; make it with ./dev build and ./dev demo --once, or name another with PR_SITE, PR_BUNDLE, PR_CHROMIUM.`,
    );
}

export function startSite(
  mounts = [
    ['/bundle/', BUNDLE],
    ['/', SITE],
  ],
) {
  return new Site(mounts).start();
}

/** Counts of layout shift and violations of the policy, kept by the page itself from its first moment on. */
function watchPage() {
  window.__shifts = [];
  window.__violations = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!entry.hadRecentInput)
        window.__shifts.push({
          value: entry.value,
          nodes: entry.sources.map((s) => (s.node?.className ?? '') || s.node?.nodeName),
        });
    }
  }).observe({ type: 'layout-shift', buffered: true });
  document.addEventListener('securitypolicyviolation', (event) =>
    window.__violations.push(`${event.violatedDirective} ${event.blockedURI}`),
  );
}

/**
 * Run `task` with a browser context on a profile of its own. Fails when the page asked another host, raised an error,
 * or
 * broke its policy.
 */
export async function withBrowser(options, task) {
  const profile = mkdtempSync(join(tmpdir(), 'pocketrec-browser-'));
  const { args = [], ...rest } = options;
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    args: [...FLAGS, ...args],
    viewport: { width: 390, height: 844 },
    hasTouch: false,
    ...rest,
  });
  const seen = { hosts: new Set(), errors: [] };
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http')) seen.hosts.add(url.hostname);
  });
  context.on('weberror', (error) => seen.errors.push(String(error.error())));
  context.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Refused to/.test(message.text()))
      seen.errors.push(message.text());
  });
  if (rest.javaScriptEnabled !== false) await context.addInitScript(watchPage);
  try {
    await task(context, seen);
    const foreign = [...seen.hosts].filter((host) => host !== 'localhost');
    if (foreign.length) throw new Error(`requests to other hosts: ${foreign.join(', ')}`);
    if (seen.errors.length) throw new Error(`errors in the page: ${seen.errors.join(' | ')}`);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

export async function firstPage(context, url) {
  const page = context.pages()[0] ?? (await context.newPage());
  if (url) await page.goto(url);
  return page;
}

/** Answer the questions up to the list. */
export async function onboard(page, { choose = 3 } = {}) {
  for (let step = 0; step < 12; step++) {
    await page.locator('form.step').waitFor();
    const boxes = page.locator('form.step input[type=checkbox]');
    if (await boxes.count()) for (let i = 0; i < Math.min(choose, await boxes.count()); i++) await boxes.nth(i).check();
    else if (await page.locator('form.step input[type=radio]').count())
      await page.locator('form.step input[type=radio]').nth(1).check();
    const last = (await page.locator('#region').count()) > 0;
    await page.locator('form.step button[type=submit]').click();
    if (last) break;
  }
  await page.locator('.card').first().waitFor();
}

/** A manifest's text with the checksum that belongs to it. */
export function seal(manifest) {
  const zeros = '0'.repeat(64);
  const text = JSON.stringify({ ...manifest, checksum: zeros });
  return text.replace(zeros, createHash('sha256').update(text).digest('hex'));
}

/** The ids of the cards in the order of the screen. */
export const cardIds = (page) => page.locator('.card').evaluateAll((cards) => cards.map((card) => card.dataset.id));

/** Ask the page until it says yes; unlike waitForFunction, this waits for what an async function comes to. */
export async function eventually(page, check, timeout = 15000) {
  for (const end = Date.now() + timeout; !(await page.evaluate(check)); ) {
    if (Date.now() > end) throw new Error(`never true: ${check}`);
    await page.waitForTimeout(100);
  }
}

/** The next load of this page is controlled by the worker. */
export async function untilWorkerActive(page) {
  await eventually(page, async () => (await navigator.serviceWorker.getRegistration())?.active?.state === 'activated');
}

export const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Problems that axe-core finds, one sentence each. */
export async function axe(page) {
  // The policy of the page forbids foreign code, so axe comes in through the debugger.
  await page.evaluate(`${axeSource};0`);
  const results = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return results.violations.flatMap((violation) =>
    violation.nodes.map(
      (node) => `${violation.id}: ${node.target.join(' ')} ${node.failureSummary.replace(/\s+/g, ' ')}`,
    ),
  );
}
