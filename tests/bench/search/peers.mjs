// The peers, each over products {id, name, category}: make an index, write it, read it, ask it. MiniSearch and FlexSearch keep no
// product's text. Runs in node and in a page; the libraries are handed in.
export const TOP = 20;

export function miniSearch(MiniSearch) {
  const fields = { fields: ['name', 'category'] };
  const more = {
    and: { combineWith: 'AND' },
    or: { combineWith: 'OR' },
    prefix: { combineWith: 'AND', prefix: (_, place, words) => place === words.length - 1 },
    fuzzy: { combineWith: 'AND', fuzzy: (word) => (word.length > 4 ? 1 : false) },
  };
  return {
    modes: ['and', 'or', 'prefix', 'fuzzy'],
    make(products) {
      const index = new MiniSearch(fields);
      index.addAll(products);
      return index;
    },
    write: (index) => JSON.stringify(index),
    read: (text) => MiniSearch.loadJSON(text, fields),
    ask: (index, words, mode) => index.search(words.join(' '), more[mode]).slice(0, TOP).map((found) => found.id),
  };
}

// FlexSearch corrects no letters, and finds beginnings only with an index many times as large: two ways of asking.
export function flexSearch(Index) {
  const empty = () => new Index({ tokenize: 'strict' });
  return {
    modes: ['and', 'or'],
    make(products) {
      const index = empty();
      for (const { id, name, category } of products) index.add(id, `${name} ${category}`);
      return index;
    },
    async write(index) {
      const parts = [];
      await index.export((key, data) => void parts.push([key, data]));
      return JSON.stringify(parts);
    },
    read(text) {
      const index = empty();
      for (const [key, data] of JSON.parse(text)) index.import(key, data);
      return index;
    },
    ask: (index, words, mode) => index.search(words.join(' '), { limit: TOP, suggest: mode === 'or' }),
  };
}
