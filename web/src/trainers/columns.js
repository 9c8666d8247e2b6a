/** What a bundle tells of a trainer beside the ranking: whatever columns come, sorted by how they are best shown. */
import { label, words } from '../page/format.js';

/**
 * @typedef {{feature: string, value: number|null, contribution: number}} Reason
 * @typedef {{id: string, title: string, position: number, score: number, popularity: number, goal_match: boolean,
 *   source: string, propensity: number, explored: boolean, reasons?: Reason[], base?: number, other?: number,
 *   [column: string]: any}} Trainer
 */

/** Fields of the answer itself. */
const OWN = new Set(
  ('position id title score popularity goal_match source propensity explored matches reasons base other parts explain text ' +
    'image').split(' '),
);
const SHORT = 40;

/** @param {Trainer} item @returns {[string, any][]} */
const columns = (item) => Object.entries(item).filter(([name]) => !OWN.has(name) && !name.endsWith('_id'));

/** A number with its name. @param {string} name @param {number} value @returns {{name: string, value: string}} */
export function stat(name, value) {
  const number = value.toLocaleString('en', { maximumFractionDigits: 2 });
  if (/rating|stars/.test(name)) return { name: 'Rating', value: `★ ${value.toFixed(1)}` };
  if (/experience/.test(name)) return { name: 'Experience', value: `${number} ${value === 1 ? 'year' : 'years'}` };
  if (/price|fee|cost/.test(name) && !Number.isInteger(value)) return { name: words(name), value: value.toFixed(2) };
  return { name: words(name), value: number };
}

/** Numbers as name and value. @param {Trainer} item */
export const statsOf = (item) =>
  columns(item)
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => stat(name, value));

/** The first column that is a list, for example the specialities. @param {Trainer} item @returns {string[]} */
export const tagsOf = (item) =>
  columns(item)
    .find(([, value]) => Array.isArray(value))?.[1]
    .map(String) ?? [];

/** @param {Trainer} item */
const texts = (item) =>
  columns(item)
    .map(([, value]) => value)
    .filter((value) => typeof value === 'string' && value.length > 0 && !/^\d{4}-\d\d-\d\d$/.test(value));

/** Short texts: a town, a language. @param {Trainer} item @returns {string[]} */
export const factsOf = (item) =>
  texts(item)
    .filter((text) => text.length <= SHORT)
    .map(label);

/** Long texts: who somebody is. @param {Trainer} item @returns {string[]} */
export const storiesOf = (item) => [...texts(item).filter((text) => text.length > SHORT), item.text].filter(Boolean);

/** A word without its ending, good enough to mark a tag; what matches is decided by the core. @param {string} word */
const stem = (word) => word.replace(/(ation|ness|ing|ity|ies|ive|ed|es|e|y|s)$/, '');

/** @param {string} text */
const stems = (text) =>
  (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word !== 'and' && word !== 'for').map(stem);

/**
 * Is this tag about the goal? The core says which, where it does; else words in common do.
 * @param {Trainer} item @param {string} tag @param {string|null} goal
 */
export function isAbout(item, tag, goal) {
  if (Array.isArray(item.matches)) return item.matches.includes(tag);
  if (!item.goal_match) return false;
  const [a, b] = [stems(tag), stems(goal ?? '')];
  if (a.length === 0 || b.length === 0) return false;
  return a.every((word) => b.includes(word)) || b.every((word) => a.includes(word));
}
