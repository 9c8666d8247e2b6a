// Runs in node and in a page: times the functions of bench.c one by one, and the anchors' kernel between them.

const WARM = 30;

export async function instantiate(wasm) {
  const module = await WebAssembly.compile(wasm);
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 0;
  const { exports } = await WebAssembly.instantiate(module, imports);
  exports._initialize?.();
  return exports;
}

// Milliseconds of `runs` calls of each function, in turn, so that what disturbs the machine disturbs all of them.
function time(functions, runs) {
  const times = functions.map(() => new Float64Array(runs));
  for (let i = -WARM; i < runs; i++) {
    functions.forEach((run, f) => {
      const start = performance.now();
      if (run() < 0) throw new Error('a measured call failed');
      if (i >= 0) times[f][i] = performance.now() - start;
    });
  }
  return times.map((list) => {
    list.sort();
    return { p50: list[Math.floor(runs * 0.5)], p95: list[Math.floor(runs * 0.95)] };
  });
}

// `reference`: bytes of the anchors' module, or null. Returns name -> {p50, p95}, and the reference's times under
// "reference".
export async function measure(wasm, reference, runs) {
  const e = await instantiate(wasm);
  const result = {};
  const rows = 100000;
  e.bench_make(64);
  const top = (mask) => () => e.bench_top(mask, 10);
  const functions = { 'top10 100': top(0), 'top10 99': top(1), 'top10 50': top(2), 'top10 10': top(3), 'top10 1': top(4) };
  if (reference) {
    const r = await instantiate(reference);
    const [x, query, ids, dots] = [rows * 64, 64, 40, 40].map((bytes) => r.mem(bytes));
    const values = new Int8Array(e.memory.buffer, e.bench_values(), rows * 64);
    new Int8Array(r.memory.buffer, x, rows * 64).set(values);
    new Int8Array(r.memory.buffer, query, 64).set(values.subarray(0, 64));
    functions.reference = () => r.top_i8(x, rows, query, 10, ids, dots);
  }
  const names = Object.keys(functions);
  time(Object.values(functions), runs).forEach((times, i) => (result[names[i]] = times));
  const one = (name, run) => ([result[name]] = time([run], runs));
  one('top200 100', () => e.bench_top(0, 200));
  one('scores', () => e.bench_scores());
  one('select200 100', () => e.bench_select(0, 200));
  one('select200 50', () => e.bench_select(2, 200));
  one('select2000 100', () => e.bench_select(0, 2000));
  for (const [dims, count] of [[64, 50], [64, 500], [256, 50]]) {
    e.bench_fold_make(dims, count, 1);
    one(`fold ${dims} ${count}`, () => e.bench_fold());
    one(`effects ${dims} ${count}`, () => e.bench_effects(3));
    one(`without ${dims} ${count}`, () => e.bench_without(7));
  }
  return result;
}
