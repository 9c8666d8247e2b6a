/** 500 seeded requests through the service worker give the bytes of the native command, and of the engine in Node. */
import { join } from 'node:path';
import { test } from 'node:test';
import { Requests, survey } from '../parity/requests.mjs';
import { WasmEngine, compile } from '../parity/wasm_engine.mjs';
import { BUNDLE, SITE, firstPage, onboard, startSite, untilWorkerActive, withBrowser } from './browser.mjs';
import { expectNative, expectWorker, sendable } from './same.mjs';

const COUNT = Number(process.env.PR_SAME_BYTES ?? 500);

/** Requests with the states before them, and what the engine answers in Node. */
function prepare(base) {
  const leader = new WasmEngine(compile(join(SITE, 'pocketrec.wasm')), BUNDLE);
  const made = new Requests(
    77,
    survey((request) => leader.call(request)),
  );
  const requests = [];
  const expected = [];
  while (requests.length < COUNT) {
    const request = made.next();
    const answer = leader.call(request);
    made.remember(answer);
    if (!sendable(request, base)) continue;
    requests.push(request);
    expected.push(answer);
  }
  leader.close();
  return { requests, expected };
}

test(
  `${COUNT} requests: the service worker = the native command = the engine in Node`,
  { timeout: 180000 },
  async () => {
    const site = await startSite();
    try {
      const { requests, expected } = prepare(site.url);
      expectNative(BUNDLE, requests, expected);
      await withBrowser({}, async (context) => {
        const page = await firstPage(context, site.url);
        await onboard(page);
        await untilWorkerActive(page);
        await page.goto(`${site.url}icon.svg`); // under the worker, but without the site's own script
        await page.waitForFunction(() => Boolean(navigator.serviceWorker.controller));
        await expectWorker(page, requests, expected);
      });
    } finally {
      await site.stop();
    }
  },
);
