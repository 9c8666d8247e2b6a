/** What a first visit costs until the first cards: bytes over the wire (as brotli) and time on the main thread. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { BUNDLE, SITE, firstPage, onboard, startSite, withBrowser } from './browser.mjs';

const WIRE = 100 * 1024;
const ENGINE = 45 * 1024;
/** The bar is 100 ms on a quiet machine; a busy one that runs other tests gets five times that. */
const MAIN_THREAD = 500;

const brotli = (path) => brotliCompressSync(readFileSync(path)).length;

test('bytes and main-thread time to the first cards', async () => {
  const site = await startSite();
  try {
    await withBrowser({}, async (context) => {
      const page = await firstPage(context);
      const devtools = await context.newCDPSession(page);
      await devtools.send('Performance.enable');
      await page.addInitScript(() => {
        // Only what comes before the first cards: prefetching and the worker come after.
        window.requestIdleCallback = () => 0;
      });
      await page.goto(site.url);
      await onboard(page);
      const { metrics } = await devtools.send('Performance.getMetrics');
      const time = Object.fromEntries(metrics.map(({ name, value }) => [name, value * 1000]));
      const paths = [...new Set(site.requests.map((request) => request.path))].filter(
        (path) => path !== '/favicon.ico',
      );
      const sizes = paths.map((path) => [
        path,
        brotli(
          path.startsWith('/bundle/') ? join(BUNDLE, path.slice(8)) : join(SITE, path === '/' ? 'index.html' : path),
        ),
      ]);
      const total = sizes.reduce((sum, [, size]) => sum + size, 0);
      for (const [path, size] of sizes) console.log(`# ${String(size).padStart(7)} ${path}`);
      console.log(
        `# ${String(total).padStart(7)} bytes to the first cards; main thread: script ${time.ScriptDuration.toFixed()} ms, style and layout ${(time.RecalcStyleDuration + time.LayoutDuration).toFixed()} ms, all tasks ${time.TaskDuration.toFixed()} ms`,
      );
      assert.ok(total <= WIRE, `${total} bytes to the first cards`);
      assert.ok(time.ScriptDuration + time.RecalcStyleDuration + time.LayoutDuration <= MAIN_THREAD);
    });
    const glue = brotli(join(SITE, 'pocketrec.wasm')) + brotli(join(SITE, 'pocketrec.mjs'));
    console.log(`# ${glue} bytes of engine and library`);
    assert.ok(glue <= ENGINE);
  } finally {
    await site.stop();
  }
});
