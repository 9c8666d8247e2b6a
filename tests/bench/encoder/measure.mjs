// Times of the encoder, and of a peer in turn with it, on texts of exactly so many tokens. Runs in node and in a page.
const SHAPES = [
  [8, 1, 60],
  [32, 1, 30],
  [64, 1, 20],
  [64, 20, 9],
];

function percentiles(times) {
  const sorted = [...times].sort((a, b) => a - b);
  return { p50: sorted[sorted.length >> 1], least: sorted[0] };
}

function feed(ort, encoder, texts) {
  const rows = texts.map((text) => encoder.tokens(text));
  const shape = [rows.length, rows[0].length];
  const tensor = (number) => new ort.Tensor('int64', BigInt64Array.from(rows.flatMap((row) => Array.from(row, (id) => BigInt(number(id))))), shape);
  return { input_ids: tensor((id) => id), attention_mask: tensor(() => 1), token_type_ids: tensor(() => 0) };
}

/** `words`: each is one token; `peer`: {ort, session} or null. Milliseconds by "tokens x texts". */
export async function measure(Encoder, wasm, file, words, peer) {
  const module = await WebAssembly.compile(wasm);
  const start = performance.now();
  const encoder = await Encoder.open(file, module);
  const open = performance.now() - start;
  const shapes = {};
  let next = 0;
  for (const [tokens, count, runs] of SHAPES) {
    const texts = Array.from({ length: count }, () => Array.from({ length: tokens - 2 }, () => words[(next += 37) % words.length]).join(' '));
    if (texts.some((text) => encoder.tokens(text).length !== tokens)) throw new Error('a word is not one token');
    const inputs = peer && feed(peer.ort, encoder, texts);
    const ours = [];
    const theirs = [];
    for (let i = 0; i < runs + 3; i++) {
      const before = performance.now();
      encoder.embed(texts);
      const between = performance.now();
      if (peer) await peer.session.run(inputs);
      if (i < 3) continue; // the code is compiled better while it runs
      ours.push(between - before);
      theirs.push(performance.now() - between);
    }
    shapes[`${tokens} x ${count}`] = { ours: percentiles(ours), peer: peer && percentiles(theirs) };
  }
  encoder.close();
  return { open, shapes };
}
