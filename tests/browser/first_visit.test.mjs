/** A first visit to a published site brings one engine, the one that its bundle needs, whatever page it begins on. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { BUNDLE, MEANING, PURCHASES, ROOT, SHOP, SITE, TRAINERS, firstPage, onboard, startSite, untilWorkerActive, withBrowser } from './browser.mjs';

const COMMAND = process.env.PR_TEST_COMMAND ?? join(ROOT, 'build/native/pocketrec');
const limit = { timeout: 120000 };
const work = mkdtempSync(join(tmpdir(), 'pocketrec-first-'));
after(() => rmSync(work, { recursive: true, force: true }));

const view = (page) => page.locator('#view[aria-busy=false]').waitFor();
const KINDS = [
  { name: 'onboarding', bundle: BUNDLE, needs: '', page: '', engine: 'pocketrec', shown: onboard },
  { name: 'trainers', bundle: TRAINERS, needs: 'ranking', page: 'trainers.html', engine: 'pocketrec-ranking', shown: view },
  { name: 'shop', bundle: SHOP, needs: 'shop', page: 'shop.html', engine: 'pocketrec-shop', shown: (page) => page.locator('.tile').first().waitFor() },
  { name: 'shop with meaning', bundle: MEANING, needs: 'shop meaning', page: 'shop.html', engine: 'pocketrec-full', shown: (page) => page.locator('.staged .tile').first().waitFor() },
  { name: 'retail', bundle: PURCHASES, needs: 'purchases', page: 'purchases.html', engine: 'pocketrec-purchases', shown: view },
];

/** A copy of the site with that bundle, as a host has it: what has been fetched is fresh for an hour. */
async function published(name, bundle) {
  const folder = join(work, name.replaceAll(' ', '-'));
  cpSync(SITE, folder, { recursive: true });
  execFileSync(COMMAND, ['publish', bundle, '--to', join(folder, 'bundle'), '--site', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  const site = await startSite([['/', folder]]);
  Object.assign(site.headers, { 'cache-control': 'max-age=3600' });
  return { site, folder };
}

const engines = (site) => site.requests.map(({ path }) => path).filter((path) => path.endsWith('.wasm'));

for (const { name, bundle, needs, page: file, engine, shown } of KINDS)
  test(`${name}: the engine that is used comes once, and no other`, limit, async () => {
    const { site, folder } = await published(name, bundle);
    try {
      for (const written of ['index.html', 'trainers.html', 'shop.html', 'purchases.html'])
        assert.ok(readFileSync(join(folder, written), 'utf8').includes(`<meta name="pocketrec-needs" content="${needs}">`), `${written} does not know what the bundle needs`);
      const starts = file === '' ? [''] : [file, ''];
      for (const [start, options] of starts.flatMap((one) => [[one, { serviceWorkers: 'block' }], [one, {}]]))
        await withBrowser(options, async (context) => {
          site.requests.length = 0;
          const page = await firstPage(context, site.url + start);
          if (start !== file) await page.waitForURL(new RegExp(`/${file}(#.*)?$`));
          await shown(page);
          if (!options.serviceWorkers) await untilWorkerActive(page);
          assert.deepEqual(engines(site), [`/${engine}.wasm`], `from /${start} ${options.serviceWorkers ? 'without' : 'with'} a worker`);
        });
    } finally {
      await site.stop();
    }
  });
