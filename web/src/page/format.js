/** Numbers and words as people read them. */

/** Digits after the point that a score of this size needs. @param {number} size */
export const digits = (size) => (size > 0 && size < 0.1 ? Math.min(6, 1 - Math.floor(Math.log10(size))) : 2);
/** @param {number} value a signed part of a score @param {number} places */
export const signed = (value, places) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(places)}`;
/** @param {number} value */
export const percent = (value) =>
  value > 0 && value < 0.01 ? `${(value * 100).toPrecision(1)}\u00a0%` : `${Math.round(value * 100)}\u00a0%`;
/** A price, without a currency: the catalogue names none. @param {number} value */
export const money = (value) =>
  value.toLocaleString('en', { minimumFractionDigits: Number.isInteger(value) ? 0 : 2, maximumFractionDigits: 2 });
/** A size as people say it: millions of bytes. @param {number} bytes @param {boolean} [unit] */
export const megabytes = (bytes, unit = true) => `${(bytes / 1e6).toFixed(1)}${unit ? '\u00a0MB' : ''}`;
/** @param {number} count @param {string} one @param {string} [many] */
export const plural = (count, one, many = `${one}s`) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** "boost_type" → "Boost type" @param {string} name */
export function words(name) {
  const text = name.replace(/[_-]+/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Words that are written in capitals. */
const CAPITALS = new Set(['hiit', 'trx', 'emom']);

/** A value of a dimension: ranges get a real dash, lower-case words a capital. @param {string} value */
export function label(value) {
  if (CAPITALS.has(value)) return value.toUpperCase();
  const text = value.replace(/^(\d+)-(\d+)$/, '$1–$2');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @param {string} date YYYY-MM-DD @returns {string} */
export function shortDate(date) {
  return new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(date),
  );
}
