// Our side: the web package's own loader, a bundle as bytes by file name. Runs in node and in a page.
const NOW = 1763683200;
const MODES = {
  and: 'match=all&prefix=0&typo=0',
  or: 'match=any&prefix=0&typo=0',
  prefix: 'match=all&prefix=1&typo=0',
  fuzzy: 'match=all&prefix=0&typo=1',
};
export const MODE_NAMES = Object.keys(MODES);
const decoder = new TextDecoder();

// An engine that fetches its shards as it needs them; `loaded` names the files that it has.
export async function open({ Engine, Machine }, module, bundle) {
  const machine = await Machine.create(module);
  const engine = new Engine(machine, bundle('manifest.json'));
  return { engine, machine, bundle, loaded: ['manifest.json'] };
}

export function call(opened, request) {
  for (;;) {
    const answer = opened.engine.call({ ...request, now: NOW });
    if (!answer.missing) return { status: answer.status, body: JSON.parse(decoder.decode(answer.body)) };
    for (const shard of answer.missing) {
      const { file } = opened.engine.shard(shard);
      opened.engine.attach(shard, opened.bundle(file));
      opened.loaded.push(file);
    }
  }
}

export function search(opened, query, settings) {
  const { status, body } = call(opened, { method: 'GET', path: `/recommendations/search?query=${encodeURIComponent(query)}&${settings}` });
  if (status !== 200) throw new Error(`the search answered ${status}: ${JSON.stringify(body).slice(0, 200)}`);
  return body;
}

export function askOurs(opened, words, mode) {
  const found = search(opened, words.join(' '), `response_limit=20&${MODES[mode]}`);
  return found.fallback_reason ? [] : found.results.map((product) => Number(product.id));
}
