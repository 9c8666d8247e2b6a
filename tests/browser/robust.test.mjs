/** What a bad day looks like: damaged caches, wrong headers, half a bundle, no storage, no WebAssembly, no network. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BUNDLE, SITE, axe, cardIds, firstPage, onboard, seal, startSite, untilWorkerActive, withBrowser } from './browser.mjs';

/** A site of its own for one test, with a bundle that may be bent. */
async function withSite(task) {
  const folder = mkdtempSync(join(tmpdir(), 'pocketrec-bundle-'));
  cpSync(BUNDLE, folder, { recursive: true });
  const site = await startSite([
    ['/bundle/', folder],
    ['/', SITE],
  ]);
  try {
    await task(site, folder);
  } finally {
    await site.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));

test('a damaged shard in the cache is fetched again', async () => {
  await withSite(async (site) => {
    await withBrowser({ serviceWorkers: 'block' }, async (context) => {
      const page = await firstPage(context, site.url);
      await onboard(page);
      const list = await cardIds(page);
      const damaged = await page.evaluate(async () => {
        const [name] = (await caches.keys()).filter((key) => key.startsWith('pocketrec-bundle'));
        const cache = await caches.open(name);
        let count = 0;
        for (const request of await cache.keys()) {
          if (!request.url.endsWith('.safetensors')) continue;
          const bytes = new Uint8Array(await (await cache.match(request)).arrayBuffer());
          bytes[bytes.length >> 1] ^= 1;
          await cache.put(request, new Response(bytes));
          count++;
        }
        return count;
      });
      assert.ok(damaged > 0);
      site.requests.length = 0;
      await page.reload();
      await page.locator('.card').first().waitFor();
      assert.deepEqual(await cardIds(page), list);
      assert.ok(
        site.requests.some((request) => request.path.endsWith('.safetensors')),
        'nothing was fetched again',
      );
      await page.reload();
      await page.locator('.card').first().waitFor();
    });
  });
});

test('a shard that stays wrong is refused, and the page says so', async () => {
  await withSite(async (site, folder) => {
    for (const file of readdirSync(folder).filter((name) => name.startsWith('segments') || name.startsWith('items-'))) {
      const bytes = readFileSync(join(folder, file));
      bytes[bytes.length - 1] ^= 1;
      writeFileSync(join(folder, file), bytes);
    }
    await withBrowser({ serviceWorkers: 'block' }, async (context) => {
      const page = await firstPage(context, site.url);
      const status = await page.evaluate(async () => {
        const { load } = await import('/pocketrec.mjs');
        const rec = await load({ bundle: 'bundle/', state: 'memory' });
        const { dimensions } = await rec.questions();
        const answers = Object.fromEntries(dimensions.map((d) => [d.input, d.many ? [d.values[0]] : d.values[0]]));
        const reply = await rec.call('POST', '/api/v1/onboarding', answers);
        return [reply.status, reply.json];
      });
      assert.ok(status[0] === 503 || status[0] === 200, JSON.stringify(status));
      if (status[0] === 503) assert.ok(status[1].error.message);
    });
  });
});

test('a new bundle is taken whole or not at all', async () => {
  await withSite(async (site, folder) => {
    await withBrowser({ serviceWorkers: 'block' }, async (context) => {
      const page = await firstPage(context, site.url);
      await onboard(page);
      const list = await cardIds(page);
      const version = () =>
        page.evaluate(async () => {
          const { load } = await import('/pocketrec.mjs');
          const rec = await load({ bundle: 'bundle/' });
          const health = await rec.request('GET', '/api/v1/health');
          rec.close();
          return health.version;
        });
      const manifest = manifestOf(folder);
      const old = await version();
      // Published with a shard that is not there.
      const broken = structuredClone(manifest);
      broken.version = 'broken';
      const segments = broken.shards.find((shard) => shard.table === 'segments');
      segments.file = `segments-${'0'.repeat(16)}.safetensors`;
      segments.sha256 = '0'.repeat(63) + '1';
      writeFileSync(join(folder, 'manifest.json'), seal(broken));
      assert.equal(await version(), old);
      // No manifest at all, but a page of words.
      writeFileSync(join(folder, 'manifest.json'), '<!doctype html><title>Not found</title>');
      assert.equal(await version(), old);
      // Cut off.
      writeFileSync(join(folder, 'manifest.json'), seal(manifest).slice(0, -20));
      assert.equal(await version(), old);
      await page.reload();
      await page.locator('.card').first().waitFor();
      assert.deepEqual(await cardIds(page), list);
      // And a good one.
      writeFileSync(join(folder, 'manifest.json'), seal({ ...manifest, version: 'next' }));
      assert.equal(await version(), 'next');
    });
  });
});

test('a wrong MIME type for the engine does no harm', async () => {
  await withSite(async (site) => {
    site.types['.wasm'] = 'application/octet-stream';
    await withBrowser({}, async (context) => {
      await onboard(await firstPage(context, site.url));
    });
  });
});

test('a browser without SIMD runs the other build', async () => {
  await withSite(async (site) => {
    await withBrowser({ serviceWorkers: 'block' }, async (context) => {
      await context.addInitScript(() => {
        WebAssembly.validate = () => false;
      });
      await onboard(await firstPage(context, site.url));
      assert.ok(site.requests.some((request) => request.path === '/pocketrec-nosimd.wasm'));
      assert.ok(!site.requests.some((request) => request.path === '/pocketrec.wasm'));
    });
  });
});

test('no storage of any kind: the visit still works', async () => {
  await withSite(async (site) => {
    await withBrowser({ viewport: { width: 1280, height: 900 } }, async (context) => {
      await context.addInitScript(() => {
        const refuse = () => {
          throw new DOMException('denied', 'SecurityError');
        };
        IDBFactory.prototype.open = refuse;
        CacheStorage.prototype.open = () => Promise.reject(new DOMException('denied', 'SecurityError'));
        Storage.prototype.getItem = refuse;
        Storage.prototype.setItem = refuse;
        ServiceWorkerContainer.prototype.register = () => Promise.reject(new DOMException('denied', 'SecurityError'));
      });
      const page = await firstPage(context, site.url);
      await onboard(page);
      const list = await cardIds(page);
      await page.locator('.card').nth(0).locator('.act-dislike').click();
      await page.locator('.card.leaving').first().waitFor();
      await page.locator('#theme').click();
      await page.waitForFunction((id) => document.querySelector('.card').dataset.id !== id, list[0]);
      await page.getByText('only until you close this page').waitFor();
    });
  });
});

test('storage that breaks in the middle of a visit loses nothing of it', async () => {
  await withSite(async (site) => {
    await withBrowser({ serviceWorkers: 'block' }, async (context) => {
      const page = await firstPage(context, site.url);
      await onboard(page);
      const events = await page.evaluate(async () => {
        const { load } = await import('/pocketrec.mjs');
        const rec = await load({ bundle: 'bundle/' });
        const [first, second] = (await rec.request('GET', '/api/v1/items/popular?n=2')).recommendations;
        await rec.event('like', first.id);
        IDBObjectStore.prototype.put = () => {
          throw new DOMException('full', 'QuotaExceededError');
        };
        await rec.event('like', second.id);
        return [(await rec.me()).events.length, rec.storage];
      });
      assert.deepEqual(events, [2, 'memory']);
    });
  });
});

test('without WebAssembly the page says so and shows the static list', async () => {
  await withSite(async (site) => {
    const html = await (await fetch(site.url)).text();
    site.broken.set(
      '/',
      html.replace(
        '<!-- pocketrec:top:begin -->',
        '<!-- pocketrec:top:begin --><ol><li><strong>Slow Flow</strong></li></ol>',
      ),
    );
    for (const colorScheme of ['light', 'dark']) {
      await withBrowser({ colorScheme, serviceWorkers: 'block' }, async (context) => {
        await context.addInitScript(() => delete window.WebAssembly);
        const page = await firstPage(context, site.url);
        await page.getByRole('heading', { name: 'The list could not be made' }).waitFor();
        assert.ok(await page.locator('.static li').first().isVisible());
        assert.deepEqual(await axe(page), []);
      });
    }
  });
});

test('a first visit without a bundle, and an empty list, are states of their own', async () => {
  await withSite(async (site, folder) => {
    await withBrowser({ serviceWorkers: 'block' }, async (context) => {
      const page = await firstPage(context);
      const manifest = readFileSync(join(folder, 'manifest.json'));
      rmSync(join(folder, 'manifest.json'));
      await page.goto(site.url);
      await page.getByRole('button', { name: 'Try again' }).waitFor();
      assert.deepEqual(await axe(page), []);
      writeFileSync(join(folder, 'manifest.json'), manifest);
      await page.getByRole('button', { name: 'Try again' }).click();
      await onboard(page, { choose: 1 });
      // Dislike everything there is.
      await page.evaluate(async () => {
        const { load } = await import('/pocketrec.mjs');
        const rec = await load({ bundle: 'bundle/' });
        const { items } = await rec.questions();
        for (;;) {
          const { recommendations } = await rec.recommend({ n: Math.min(items, 50) });
          if (recommendations.length === 0) break;
          for (const { id } of recommendations) await rec.event('dislike', id);
        }
      });
      await page.getByRole('heading', { name: 'Nothing left to show' }).waitFor();
      assert.deepEqual(await axe(page), []);
    });
  });
});

test('the folder of a site may be anywhere', async () => {
  const site = await startSite([
    ['/shop/rec/bundle/', BUNDLE],
    ['/shop/rec/', SITE],
  ]);
  try {
    await withBrowser({}, async (context) => {
      const page = await firstPage(context, `${site.url}shop/rec/`);
      await onboard(page);
      await untilWorkerActive(page);
      await page.reload();
      await page.locator('.card').first().waitFor();
      const health = await page.evaluate(async () => (await fetch('api/v1/health')).status);
      assert.equal(health, 200);
    });
  } finally {
    await site.stop();
  }
});
