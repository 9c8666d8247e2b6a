/** The places of the shop and their addresses after the #: they open on any static host, and without a network. */

/**
 * @typedef {{minimum?: number, maximum?: number}} Range
 * @typedef {Record<string, string[]|Range>} Filter by column
 * @typedef {{page: 'home'}|{page: 'data'}|{page: 'cart'}|{page: 'product', id: string}|Search} Place
 * @typedef {{page: 'search', query: string, sort: string, taste: boolean, filter: Filter}} Search
 */

export const DEFAULT_SORT = 'relevance';

/** @param {string} text a part of a path; what is no encoding stands for itself */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param {URLSearchParams} params @returns {Filter} */
function readFilter(params) {
  /** @type {Filter} */
  const filter = {};
  for (const [name, value] of params) {
    const [, kind, column] = /^(is|minimum|maximum)\.(.+)$/.exec(name) ?? [];
    if (kind === 'is') filter[column] = [.../** @type {string[]} */ (filter[column] ?? []), value];
    else if (kind && Number.isFinite(Number(value))) filter[column] = { ...filter[column], [kind]: Number(value) };
  }
  return filter;
}

/** @param {string} query @returns {Search} */
export const searchFor = (query) => ({ page: 'search', query, sort: DEFAULT_SORT, taste: false, filter: {} });

/** @param {string} hash @returns {Place} */
export function readPlace(hash) {
  const [path, tail = ''] = hash.replace(/^#\/?/, '').split('?');
  if (path === 'data' || path === 'cart') return { page: path };
  if (path.startsWith('product/')) return { page: 'product', id: decode(path.slice(8)) };
  if (path !== 'search') return { page: 'home' };
  const params = new URLSearchParams(tail);
  return {
    page: 'search',
    query: (params.get('q') ?? '').trim(),
    sort: params.get('sort') ?? DEFAULT_SORT,
    taste: params.get('taste') === '1',
    filter: readFilter(params),
  };
}

/** @param {Place} place */
export function addressOf(place) {
  if (place.page === 'home') return '#/';
  if (place.page === 'data' || place.page === 'cart') return `#/${place.page}`;
  if (place.page === 'product') return `#/product/${encodeURIComponent(place.id)}`;
  const params = new URLSearchParams({ q: place.query });
  if (place.sort !== DEFAULT_SORT) params.set('sort', place.sort);
  if (place.taste) params.set('taste', '1');
  for (const [column, wanted] of Object.entries(place.filter)) {
    if (Array.isArray(wanted)) for (const value of wanted) params.append(`is.${column}`, value);
    else for (const [end, value] of Object.entries(wanted)) params.set(`${end}.${column}`, String(value));
  }
  return `#/search?${params}`;
}
