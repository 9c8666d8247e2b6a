// The same bytes from the native command, WebAssembly with SIMD and without: seeded requests over several bundles and states.
//
//   node tests/parity/parity.test.mjs [--requests N] [--seed N]
//
// One wasm build leads: its answers carry the states on. The other builds then answer the very same requests, and every
// status, body and state must be equal, byte for byte.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundles, command, fullBuilds, purchasesBuilds, shopBuilds, wasmBuilds } from './bundles.mjs';
import { PurchasesRequests, surveyPurchases } from './purchases_requests.mjs';
import { Requests, survey } from './requests.mjs';
import { InTurn, StagedRequests, surveyStaged } from './staged_requests.mjs';
import { ShopRequests, surveyShop } from './shop_requests.mjs';
import { WasmEngine, compile } from './wasm_engine.mjs';

const option = (name, value) => {
  const at = process.argv.indexOf(`--${name}`);
  return Number(at > 0 ? process.argv[at + 1] : process.env[`PR_PARITY_${name.toUpperCase()}`] ?? value);
};
const total = option('requests', 12000);
const seed = option('seed', 1);
let passed = 0;
let failed = 0;

// Answers of the native command to a file of requests, one JSON line each.
async function* native(bundle, requests) {
  const child = spawn(command, ['ask', bundle, '--batch', '-'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.stdin.on('error', () => {});
  child.stdin.end(requests.map((request) => JSON.stringify(request) + '\n').join(''));
  for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) yield JSON.parse(line);
  assert.equal(await ended, 0, `${command} ask --batch failed`);
}

function compare(request, expected, got, where) {
  if (expected.status === got.status && expected.body === got.body && expected.state === got.state) {
    passed++;
    return;
  }
  failed++;
  let at = 0;
  while (at < expected.body.length && expected.body[at] === got.body[at]) at++;
  assert.fail(
    `${where} differs\nrequest:  ${JSON.stringify(request).slice(0, 4000)}\nexpected: ${expected.status} …${expected.body.slice(Math.max(0, at - 60), at + 120)}\n` +
      `got:      ${got.status} …${got.body.slice(Math.max(0, at - 60), at + 120)}\nstates equal: ${expected.state === got.state}`,
  );
}

const folders = bundles();
const compileAll = (builds) => Object.fromEntries(Object.entries(builds).map(([name, file]) => [name, compile(file)]));
const smallModules = compileAll(wasmBuilds);
const fullModules = compileAll(fullBuilds);
const shopModules = compileAll(shopBuilds);
const purchasesModules = compileAll(purchasesBuilds);

// The modules made for a bundle of these needs, and its requests.
function kindOf(needs) {
  const staged = (own, ask) => new StagedRequests(own, surveyStaged(ask));
  if (needs?.includes('meaning') && needs.includes('shop')) return { modules: fullModules, make: (own, ask) => new InTurn(new ShopRequests(own, surveyShop(ask)), staged(own, ask)) };
  if (needs?.includes('meaning')) return { modules: fullModules, make: staged };
  if (needs?.includes('purchases')) return { modules: purchasesModules, make: (own, ask) => new PurchasesRequests(own, surveyPurchases(ask)) };
  if (needs?.includes('shop')) return { modules: shopModules, make: (own, ask) => new ShopRequests(own, surveyShop(ask)) };
  return { modules: needs ? fullModules : smallModules, make: (own, ask) => new Requests(own, survey(ask)) };
}

for (const [number, folder] of folders.entries()) {
  test(`same bytes: ${folder.split('/').slice(-2).join('/')}`, async () => {
    const { needs } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    const { modules, make } = kindOf(needs);
    if (needs) assert.throws(() => new WasmEngine(smallModules.simd, folder), /needs the part/, 'an engine without the part refuses');
    const leader = new WasmEngine(modules.simd, folder);
    const ask = (request) => leader.call(request);
    const made = make(seed * 1000 + number, ask);
    const requests = [];
    const answers = [];
    const count = Math.max(Math.ceil(total / folders.length), needs?.includes('shop') ? Math.ceil(total / 6) : 0);
    for (let i = 0; i < count; i++) {
      requests.push(made.next());
      answers.push(leader.call(requests[i]));
      made.remember(answers[i]);
    }
    leader.close();
    const statuses = {};
    for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
    // A generator that only makes errors would prove little.
    assert.ok((statuses[200] ?? 0) + (statuses[201] ?? 0) > requests.length * 0.5, `too few good answers: ${JSON.stringify(statuses)}`);

    const plain = new WasmEngine(modules['no simd'], folder);
    plain.attachAll(); // the leader paged its shards in: the order of attaching must not matter
    requests.forEach((request, i) => compare(request, answers[i], plain.call(request), `${folder}: request ${i}, wasm without SIMD`));
    plain.close();

    // A bundle that needs no part must not be answered differently by an engine that has it.
    const full = new WasmEngine(fullModules.simd, folder);
    requests.forEach((request, i) => compare(request, answers[i], full.call(request), `${folder}: request ${i}, full wasm`));
    full.close();

    let i = 0;
    for await (const answer of native(folder, requests)) {
      compare(requests[i], answers[i], answer, `${folder}: request ${i}, native`);
      i++;
    }
    assert.equal(i, requests.length, 'the native command answered all requests');
    console.log(`${folder}: ${requests.length} requests, answers by status ${JSON.stringify(statuses)}`);
  });
}

process.on('exit', () => console.log(`${passed} passed, ${failed} failed`));
