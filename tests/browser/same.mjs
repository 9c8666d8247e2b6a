/** Requests through the service worker, the native command and the engine in Node: the same bytes everywhere. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './browser.mjs';

const COMMAND = process.env.PR_TEST_COMMAND ?? join(ROOT, 'build/native/pocketrec');

/** Can a page send exactly this? A browser normalises paths and methods, and sends no body with GET. */
export function sendable({ method, path, body }, base) {
  if (!/^\/(api\/v1\/|openapi\.json)/.test(path) || !['GET', 'POST', 'PUT', 'DELETE', 'PATCH'].includes(method))
    return false;
  if (method === 'GET' && body) return false;
  const url = new URL(`.${path}`, base);
  return url.pathname + url.search === path && url.href.length < 2000;
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

/** The native command answers as expected. */
export function expectNative(bundle, requests, expected) {
  assert.ok(existsSync(COMMAND), `${COMMAND} is not built`);
  const lines = execFileSync(COMMAND, ['ask', bundle, '--batch', '-'], {
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
}

/** The worker of `page`, which must control it, answers as expected and leaves the state expected. */
export async function expectWorker(page, requests, expected) {
  const answers = await page.evaluate(askWorker, requests);
  answers.forEach((answer, i) => {
    const { status, body, state } = expected[i];
    const where = JSON.stringify(requests[i]).slice(0, 500);
    assert.equal(answer.status, status, where);
    assert.equal(answer.body, body, where);
    assert.equal(answer.state, state ?? requests[i].state ?? '', `the state after ${where}`);
  });
}
