/** The places of this page and their addresses after the #: they open on any static host, and without a network. */

/**
 * @typedef {{page: 'picks', model: string|null, unseen: boolean, minimum: number|null, maximum: number|null}} Picks
 *   `model` null: the usual one; `unseen`: without what was bought already
 * @typedef {Picks|{page: 'profile'}} Place
 */

/** A price from an address or a field; null when it is none. @param {string|null} text */
export function priceOf(text) {
  const value = Number(text);
  return text !== null && text.trim() !== '' && Number.isFinite(value) && value >= 0 ? value : null;
}

/** @param {string} hash @returns {Place} */
export function readPlace(hash) {
  const [path, tail = ''] = hash.replace(/^#\/?/, '').split('?');
  if (path === 'profile') return { page: 'profile' };
  const params = new URLSearchParams(tail);
  return {
    page: 'picks',
    model: params.get('model'),
    unseen: params.get('unseen') === '1',
    minimum: priceOf(params.get('from')),
    maximum: priceOf(params.get('to')),
  };
}

/** @param {Place} place */
export function addressOf(place) {
  if (place.page === 'profile') return '#/profile';
  const params = new URLSearchParams();
  if (place.model) params.set('model', place.model);
  if (place.unseen) params.set('unseen', '1');
  if (place.minimum !== null) params.set('from', String(place.minimum));
  if (place.maximum !== null) params.set('to', String(place.maximum));
  return params.size > 0 ? `#/?${params}` : '#/';
}
