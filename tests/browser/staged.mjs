/** What the tests of a shop with meaning share: its site, its page, what the device keeps. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MEANING, SITE, firstPage, startSite } from './browser.mjs';

if (!existsSync(MEANING))
  throw new Error(`${MEANING} is missing; make it with ./dev encoder and ./dev demo shop --once, or name another with PR_MEANING_BUNDLE.`);

export const manifest = JSON.parse(readFileSync(join(MEANING, 'manifest.json'), 'utf8'));
/** The encoder as the manifest names it. */
export const encoder = manifest.shards.find(({ table }) => table === 'encoder');
export const encoderPath = `/bundle/${encoder.file}`;
export const megabytes = `${(encoder.bytes / 1e6).toFixed(1)}\u00a0MB`;

export const startStaged = (more = []) => startSite([...more, ['/bundle/', MEANING], ['/', SITE]]);

/** Without a service worker: the page runs the engine itself. */
export const alone = { serviceWorkers: 'block' };

export const ready = (page) => page.locator('#view[aria-busy=false]').waitFor();

export async function open(context, site, hash = '') {
  const page = await firstPage(context, `${site.url}shop.html${hash}`);
  await ready(page);
  return page;
}

export async function search(page, query) {
  await page.locator('#query').fill(query);
  await page.keyboard.press('Enter');
  await page.waitForFunction((text) => new URLSearchParams(location.hash.split('?')[1]).get('q') === text, query);
  await page.locator('#view[aria-busy=false] .results').waitFor();
}

export const found = (page) => page.locator('.results .tile').evaluateAll((tiles) => tiles.map((tile) => tile.dataset.id));

/** How often the encoder's file was asked for. */
export const fetched = (site) => site.requests.filter(({ path }) => path === encoderPath).length;

/** Load the encoder with the button above the results, by the words that are searched for. */
export async function load(page) {
  await page.getByRole('button', { name: /^By meaning too/ }).click();
  await page.locator('.results[data-mode=hybrid]').waitFor({ timeout: 60000 });
}

/** Problems of a narrow screen: what is wider than it, and what is too small for a finger. */
export async function cramped(page) {
  const wide = await page.evaluate(() => (document.documentElement.scrollWidth > innerWidth ? ['the page is wider than the screen'] : []));
  const small = await page.locator('button:visible, select:visible, summary:visible, .measure:visible, a.icon-button:visible').evaluateAll((nodes) =>
    nodes
      .map((node) => [node.className, node.getBoundingClientRect()])
      .filter(([, box]) => box.width < 43.5 || box.height < 43.5)
      .map(([what, box]) => `${what} ${box.width}x${box.height}`),
  );
  return [...wide, ...small];
}

/** Ask the engine beside the page; it reads and writes the same state. */
export const ask = (page, method, path, body) =>
  page.evaluate(
    async ([verb, route, value]) => {
      const { load: begin } = await import('/pocketrec.mjs');
      const rec = await begin({ bundle: 'bundle/', needs: ['shop', 'meaning'], notify: false });
      const answer = await rec.request(verb, route, value ?? undefined);
      rec.close();
      return answer;
    },
    [method, path, body],
  );

/** Until the visitor's state is as `when` wants it. */
export async function until(page, when) {
  let state;
  for (let tries = 0; tries < 60; tries++) {
    state = await ask(page, 'GET', '/api/v1/me');
    if (when(state)) return state;
    await page.waitForTimeout(150);
  }
  throw new Error(`never so: ${JSON.stringify(state)}`);
}
