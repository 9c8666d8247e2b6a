/**
 * What narrows a search: values of columns, ranges of numbers. The boxes are built once for a query and stay where they
 * are; only their counts change while somebody uses them.
 */
import { h } from '../page/dom.js';
import { words } from '../page/format.js';

/** @typedef {import('./ask.js').Facet} Facet @typedef {import('./places.js').Filter} Filter */
/** @typedef {{values: Map<string, {box: HTMLInputElement, count: HTMLElement}>}} Group */

const FIRST = 8;

/** Orders that a search offers: the best fit, the price, and every other column of numbers. @param {Record<string, Facet>} facets */
export function ordersOf(facets) {
  const numbers = Object.entries(facets).filter(([column, facet]) => !Array.isArray(facet) && !/price|cost/.test(column));
  return [
    ['relevance', 'Best match'],
    ['price', 'Price, lowest first'],
    ['-price', 'Price, highest first'],
    ...numbers.map(([column]) => [`-${column}`, `${words(column)}, highest first`]),
  ];
}

export class Filters {
  /** @type {Map<string, Group>} */
  #groups = new Map();
  #filter;
  #change;

  /** @param {Record<string, Facet>} facets of the whole search @param {Filter} filter @param {(filter: Filter) => void} change */
  constructor(facets, filter, change) {
    this.#filter = filter;
    this.#change = change;
    const wide = matchMedia('(min-width: 60rem)').matches;
    const shown = Object.entries(facets).filter(([, facet]) => (Array.isArray(facet) ? facet.length > 0 : facet.minimum !== null));
    /** Is there anything to choose from? */
    this.some = shown.length > 0;
    this.summary = h('span', {});
    this.element = h(
      'details',
      { class: 'filters', open: wide },
      h('summary', { class: 'filters-summary' }, this.summary),
      shown.map(([column, facet]) => (Array.isArray(facet) ? this.#boxes(column, facet) : this.#range(column, facet))),
    );
    this.#tell();
  }

  /** @param {string} column @returns {string[]} */
  #chosen(column) {
    const wanted = this.#filter[column];
    return Array.isArray(wanted) ? wanted : [];
  }

  /** @param {string} column @param {Filter[string]|null} wanted */
  #set(column, wanted) {
    const { [column]: _, ...others } = this.#filter;
    this.#filter = wanted ? { ...others, [column]: wanted } : others;
    this.#tell();
    this.#change(this.#filter);
  }

  #tell() {
    const count = Object.values(this.#filter).reduce((sum, wanted) => sum + (Array.isArray(wanted) ? wanted.length : 1), 0);
    this.summary.textContent = count > 0 ? `Filter (${count})` : 'Filter';
  }

  /** @param {string} column @param {{value: string, count: number}[]} facet */
  #boxes(column, facet) {
    const missing = this.#chosen(column).filter((value) => !facet.some((one) => one.value === value));
    const entries = [...facet, ...missing.map((value) => ({ value, count: 0 }))];
    /** @type {Group} */
    const group = { values: new Map() };
    this.#groups.set(column, group);
    const lines = entries.map(({ value, count }, at) => {
      const box = h('input', { type: 'checkbox', name: column, value, checked: this.#chosen(column).includes(value) });
      const shown = h('span', { class: 'facet-count' }, count.toLocaleString('en'));
      box.addEventListener('change', () => {
        const rest = this.#chosen(column).filter((one) => one !== value);
        const next = box.checked ? [...rest, value] : rest;
        this.#set(column, next.length > 0 ? next : null);
      });
      group.values.set(value, { box, count: shown });
      const hidden = at >= FIRST && !box.checked;
      return h('li', { hidden }, h('label', { class: 'facet' }, box, h('span', { class: 'facet-value' }, value), shown));
    });
    const hidden = lines.filter((line) => line.hidden);
    const all = h('button', { class: 'text-button', type: 'button' }, `All ${entries.length}`);
    all.addEventListener('click', () => {
      for (const line of hidden) line.hidden = false;
      all.remove();
      hidden[0].querySelector('input')?.focus();
    });
    return h(
      'fieldset',
      { class: 'facet-group' },
      h('legend', { class: 'facet-title' }, words(column)),
      h('ul', {}, lines),
      hidden.length > 0 ? all : null,
    );
  }

  /** @param {string} column @param {{minimum: number, maximum: number}} facet */
  #range(column, facet) {
    const now = this.#filter[column];
    const range = now && !Array.isArray(now) ? now : {};
    /** @param {'minimum'|'maximum'} end @param {string} text */
    const field = (end, text) => {
      const input = h('input', {
        class: 'facet-number',
        type: 'number',
        inputmode: 'decimal',
        step: 'any',
        name: `${end}.${column}`,
        placeholder: String(facet[end]),
        value: range[end] ?? '',
      });
      return { end, input, label: h('label', { class: 'facet-end' }, h('span', {}, text), input) };
    };
    const fields = [field('minimum', 'From'), field('maximum', 'to')];
    for (const { input } of fields)
      input.addEventListener('change', () => {
        const ends = fields.filter((one) => one.input.value !== '').map((one) => [one.end, Number(one.input.value)]);
        this.#set(column, ends.length > 0 ? Object.fromEntries(ends) : null);
      });
    return h(
      'fieldset',
      { class: 'facet-group' },
      h('legend', { class: 'facet-title' }, words(column)),
      h('div', { class: 'facet-range' }, fields.map(({ label }) => label)),
    );
  }

  /**
   * New counts in their old places. In a column where something is chosen, a value that is not counted may still be had.
   * @param {Record<string, Facet>} facets
   */
  update(facets) {
    for (const [column, { values }] of this.#groups) {
      const facet = facets[column];
      if (!Array.isArray(facet)) continue;
      const counts = new Map(facet.map(({ value, count }) => [value, count]));
      const keep = this.#chosen(column).length > 0;
      for (const [value, { count }] of values) {
        const number = counts.get(value) ?? (keep ? null : 0);
        if (number !== null) count.textContent = number.toLocaleString('en');
      }
    }
  }
}
