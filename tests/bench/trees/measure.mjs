const ROWS = 1000;

// The anchors' rows: mulberry32(5).
function makeRows(features) {
  let seed = 5;
  const random = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return Float32Array.from({ length: ROWS * features }, () => random() * 2 - 1);
}

// Milliseconds of `runs` calls after some that do not count.
async function time(run, runs) {
  for (let i = 0; i < 20; i++) await run();
  const times = new Float64Array(runs);
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    const done = run();
    if (done) await done;
    times[i] = performance.now() - start;
  }
  times.sort();
  return { p50: times[Math.floor(runs * 0.5)], p95: times[Math.floor(runs * 0.95)] };
}

// The same by onnxruntime-web; `ort`: its module, `model`: bytes of model.onnx.
export async function measureOrt(ort, model, features, runs) {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
  const feeds = { x: new ort.Tensor('float32', makeRows(features), [ROWS, features]) };
  let answer;
  const result = await time(async () => (answer = await session.run(feeds)), runs);
  return { ...result, scores: Array.from(answer.y.data) };
}

// Runs in node and in a page: both engines over the same trees and the same rows. `wasm`: the module's bytes; `data`: trees.json.
// Returns { ours: {p50, p95}, flat: {p50, p95}, shard: bytes, scores, largest: the largest difference between their scores,
// explain: {p50, p95} of one row, explainOff }.
export async function measure(wasm, data, runs) {
  const module = await WebAssembly.compile(wasm);
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 0;
  const { exports: e } = await WebAssembly.instantiate(module, imports);
  e._initialize?.();
  const put = (array) => {
    const at = e.bench_alloc(array.byteLength);
    new Uint8Array(e.memory.buffer, at, array.byteLength).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return at;
  };
  const check = (status) => {
    if (status !== 0) throw new Error(`the core answered ${status}`);
  };

  const { features } = data;
  const rows = makeRows(features);

  // pr_tree_node: feature i32, threshold f32, missing_left u8 in four bytes, left u32, right u32, value f32, cover f32
  const nodes = new DataView(new ArrayBuffer(data.nodes.length * 28));
  data.nodes.forEach(([feature, threshold, missing, left, right, value, cover], i) => {
    nodes.setInt32(28 * i, feature, true);
    nodes.setFloat32(28 * i + 4, threshold, true);
    nodes.setUint8(28 * i + 8, missing);
    nodes.setUint32(28 * i + 12, left, true);
    nodes.setUint32(28 * i + 16, right, true);
    nodes.setFloat32(28 * i + 20, value, true);
    nodes.setFloat32(28 * i + 24, cover, true);
  });
  const trees = data.starts.length - 1;
  check(e.bench_pack(put(nodes), put(Uint32Array.from(data.starts)), trees, features));
  check(e.bench_open(e.bench_shard(), e.bench_shard_size()));
  const { F, T, L, R, V, roots } = data.flat;
  const flat = [Int16Array.from(F), Float32Array.from(T), Int16Array.from(L), Int16Array.from(R), Float32Array.from(V), Int16Array.from(roots)].map(put);
  const x = put(rows);
  const scores = e.bench_alloc(ROWS * 8);
  const sums = e.bench_alloc(ROWS * 4);
  const engines = {
    ours: () => check(e.bench_score(x, ROWS, scores)),
    flat: () => e.bench_flat(x, ROWS, features, ...flat, trees, sums),
  };
  const result = { shard: e.bench_shard_size() };
  for (const [name, run] of Object.entries(engines)) result[name] = await time(run, runs);

  // Contributions beside LightGBM's; `explainOff` is the largest difference.
  async function explain() {
    const { rows: explained, contributions: expected } = data.explained;
    const at = explained.map((row) => put(Float32Array.from(row)));
    const out = e.bench_alloc(8 * (features + 1));
    let off = 0;
    at.forEach((row, i) => {
      check(e.bench_explain(row, out, out + 8 * features));
      const got = new Float64Array(e.memory.buffer, out, features + 1);
      off = got.reduce((most, value, f) => Math.max(most, Math.abs(value - expected[i][f])), off);
    });
    return { explainOff: off, explain: await time(() => check(e.bench_explain(at[0], out, out + 8 * features)), runs) };
  }

  const a = new Float64Array(e.memory.buffer, scores, ROWS);
  const b = new Float32Array(e.memory.buffer, sums, ROWS);
  result.scores = Array.from(a);
  result.largest = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
  return { ...result, ...(await explain()) };
}
