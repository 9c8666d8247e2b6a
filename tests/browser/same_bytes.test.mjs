/** 500 seeded requests through the service worker give the bytes of the native command, and of the engine in Node. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Requests, survey } from '../parity/requests.mjs';
import { WasmEngine, compile } from '../parity/wasm_engine.mjs';
import { BUNDLE, ROOT, SITE, firstPage, onboard, startSite, untilWorkerActive, withBrowser } from './browser.mjs';

const COMMAND = process.env.PR_TEST_COMMAND ?? join(ROOT, 'build/native/pocketrec');
const COUNT = Number(process.env.PR_SAME_BYTES ?? 500);

/** Can a page send exactly this? A browser normalises paths and methods, and sends no body with GET. */
function sendable({ method, path, body }, base) {
  if (!/^\/(api\/v1\/|openapi\.json)/.test(path) || !['GET', 'POST', 'PUT', 'DELETE', 'PATCH'].includes(method))
    return false;
  if (method === 'GET' && body) return false;
  const url = new URL(`.${path}`, base);
  return url.pathname + url.search === path && url.href.length < 2000;
}

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

/** In the page: lay the state before the worker, ask, and read what it left. */
async function askWorker(requests) {
  const database = await new Promise(
    (resolve) => (indexedDB.open('pocketrec', 1).onsuccess = (event) => resolve(event.target.result)),
  );
  const step = (mode, act) =>
    new Promise((resolve, reject) => {
      const transaction = database.transaction('state', mode);
      const request = act(transaction.objectStore('state'));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
    });
  const answers = [];
  for (const { method, path, body, state, now, seed } of requests) {
    await step('readwrite', (table) => (state ? table.put(state, '/bundle/') : table.delete('/bundle/')));
    const headers = { 'x-pocketrec-now': String(now), 'x-pocketrec-seed': String(seed) };
    const response = await fetch(path, { method, headers, ...(body ? { body } : {}) });
    const text = await response.text();
    answers.push({
      status: response.status,
      body: text,
      state: (await step('readonly', (table) => table.get('/bundle/'))) ?? '',
    });
  }
  return answers;
}

test(
  `${COUNT} requests: the service worker = the native command = the engine in Node`,
  { timeout: 180000 },
  async () => {
    const site = await startSite();
    try {
      const { requests, expected } = prepare(site.url);
      if (existsSync(COMMAND)) {
        const lines = execFileSync(COMMAND, ['ask', BUNDLE, '--batch', '-'], {
          input: requests.map((one) => `${JSON.stringify(one)}\n`).join(''),
          maxBuffer: 1 << 30,
          encoding: 'utf8',
        });
        lines
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line))
          .forEach((answer, i) =>
            assert.deepEqual(
              [answer.status, answer.body],
              [expected[i].status, expected[i].body],
              `native: ${JSON.stringify(requests[i]).slice(0, 500)}`,
            ),
          );
      } else {
        console.log(`# ${COMMAND} is not built: compared with the engine in Node alone`);
      }
      await withBrowser({}, async (context) => {
        const page = await firstPage(context, site.url);
        await onboard(page);
        await untilWorkerActive(page);
        await page.goto(`${site.url}icon.svg`); // under the worker, but without the site's own script
        await page.waitForFunction(() => Boolean(navigator.serviceWorker.controller));
        const answers = await page.evaluate(askWorker, requests);
        answers.forEach((answer, i) => {
          const { status, body, state } = expected[i];
          const where = JSON.stringify(requests[i]).slice(0, 500);
          assert.equal(answer.status, status, where);
          assert.equal(answer.body, body, where);
          assert.equal(answer.state, state ?? requests[i].state ?? '', `the state after ${where}`);
        });
      });
    } finally {
      await site.stop();
    }
  },
);
