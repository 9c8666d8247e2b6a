// A page of its own in Chromium, isolated so that its clock counts in 5 microseconds. `files`: path -> [MIME type, bytes].
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './common.mjs';

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-dev-shm-usage'];

async function serve(files) {
  const all = { '/': ['text/html', '<!doctype html><title>bench</title>'], ...files };
  const server = createServer((request, response) => {
    const [type, body] = all[request.url] ?? ['text/plain', ''];
    response.writeHead(all[request.url] ? 200 : 404, {
      'content-type': type,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    response.end(body);
  });
  await new Promise((ready) => server.listen(0, 'localhost', ready));
  return server;
}

// What `run`, which is carried out in the page, returns for `argument`.
export async function inChromium(files, run, argument) {
  const { chromium } = createRequire(join(root, 'web/package.json'))('playwright-core');
  const server = await serve(files);
  const profile = mkdtempSync(join(tmpdir(), 'pocketrec-bench-'));
  let context;
  try {
    context = await chromium.launchPersistentContext(profile, { executablePath: process.env.PR_CHROMIUM ?? '/usr/bin/chromium', headless: true, args: ARGUMENTS });
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(0);
    await page.goto(`http://localhost:${server.address().port}/`);
    return await page.evaluate(run, argument);
  } finally {
    await context?.close();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
