/** "Why this?": the parts of a score, which add up to it, and the figures behind them. */
import { h } from './dom.js';
import { label, percent, plural, shortDate, signed, words } from './format.js';

const NAMES = {
  completion: 'Finished by people like you',
  like: 'Liked by people like you',
  views: 'How often it is started',
  boost_type: 'Your favourite kind',
  boost_instructor: 'Your favourite instructor',
  text: 'Your words match',
};
const COLOURS = 6;

/** @param {string} name */
const partName = (name) => NAMES[/** @type {keyof typeof NAMES} */ (name)] ?? words(name);

/** Parts that count, in the order in which they were given. @param {Record<string, number>} parts */
function shown(parts) {
  return Object.entries(parts)
    .map(([name, value], index) => ({ name, value, colour: index % COLOURS }))
    .filter((part) => part.value !== 0);
}

/** @param {any} item @param {number} places */
function partsBar(item, places) {
  const parts = shown(item.parts);
  const text = parts.map((part) => `${partName(part.name)} ${signed(part.value, places)}`).join(', ');
  const whole = parts.reduce((sum, part) => sum + Math.abs(part.value), 0);
  const piece = (/** @type {{value: number, colour: number}} */ part) =>
    h('span', {
      class: `piece piece-${part.colour}${part.value < 0 ? ' piece-minus' : ''}`,
      vars: { '--share': (Math.abs(part.value) / whole).toFixed(4) },
    });
  const minus = parts.filter((part) => part.value < 0);
  const plus = parts.filter((part) => part.value >= 0);
  return h(
    'div',
    { class: 'pieces', role: 'img', 'aria-label': `Score ${item.score.toFixed(places)}: ${text}` },
    minus.map(piece),
    minus.length ? h('span', { class: 'pieces-zero' }) : null,
    plus.map(piece),
  );
}

/** @param {any} item @param {number} places */
function partsTable(item, places) {
  const row = (/** @type {{name: string, value: number, colour: number}} */ part) =>
    h(
      'tr',
      {},
      h(
        'th',
        { scope: 'row' },
        h('span', { class: `key piece-${part.colour}${part.value < 0 ? ' piece-minus' : ''}` }),
        partName(part.name),
      ),
      h('td', {}, signed(part.value, places)),
    );
  return h(
    'table',
    { class: 'parts' },
    h('caption', { class: 'visually-hidden' }, 'Parts of the score'),
    h('tbody', {}, shown(item.parts).map(row)),
    h('tfoot', {}, h('tr', {}, h('th', { scope: 'row' }, 'Score'), h('td', {}, item.score.toFixed(places)))),
  );
}

/** @param {{mean: number, low: number, high: number}} posterior */
function interval({ mean, low, high }) {
  return h(
    'div',
    {
      class: 'interval',
      role: 'img',
      'aria-label': `${percent(mean)}, most likely between ${percent(low)} and ${percent(high)}`,
      vars: { '--low': low, '--high': high, '--mean': mean },
    },
    h('span', { class: 'interval-band' }),
    h('span', { class: 'interval-mean' }),
  );
}

/** @param {string} key a segment: values joined by |, * for "any" */
const segment = (key) =>
  key
    .split('|')
    .filter((part) => part && part !== '*')
    .map(label)
    .join(' · ') || 'everybody';

/** @param {string} name @param {...(Node|string|null)} content */
const fact = (name, ...content) => h('div', { class: 'fact' }, h('dt', {}, name), h('dd', {}, ...content));

/** @param {any} explain */
function audience(explain) {
  const { segment: key, backoff, counts } = explain;
  const exact = backoff === 0 ? '' : ' A wider group, because too few people match exactly.';
  const numbers =
    counts?.started > 0
      ? `${plural(counts.started, 'start')}, ${counts.completed} finished; ` +
        `${plural(counts.rated, 'rating')}, ${counts.liked} liked.`
      : 'too few have tried it to be counted; what others did speaks for it.';
  return fact('Asked whom', h('strong', {}, segment(key)), `: ${numbers}${exact}`);
}

/** @param {any} mmr @param {number} position @param {(id: string) => string|null} titleOf */
function variety(mmr, position, titleOf) {
  const other = mmr.similar_to ? titleOf(mmr.similar_to) : null;
  const moved = mmr.rank_before === position ? `Kept at ${position}` : `From ${mmr.rank_before} to ${position}`;
  const like =
    other && mmr.similarity > 0
      ? ` Most like “${other}” above it: ${percent(mmr.similarity)} alike.`
      : ' Unlike anything above it.';
  return fact('Variety', h('strong', {}, `${moved}.`), like);
}

/** @param {{days_old: number, factor: number}} freshness @param {string|undefined} date */
function freshness({ days_old: days, factor }, date) {
  const age = date ? `From ${shortDate(date)}, ${plural(days, 'day')} old: ` : `${plural(days, 'day')} old: `;
  return fact('Freshness', age, h('strong', {}, `counts ${percent(factor)}`), '.');
}

/**
 * @param {any} item a recommendation
 * @param {{titleOf: (id: string) => string|null}} context
 * @param {number} places digits after the point
 */
export function whyPanel(item, { titleOf }, places) {
  const { explain } = item;
  const date = Object.values(item).find((value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value));
  const own = (explain.own ?? []).map(titleOf).filter(Boolean);
  const { posterior } = explain;
  return [
    partsBar(item, places),
    partsTable(item, places),
    h(
      'dl',
      { class: 'facts' },
      audience(explain),
      posterior
        ? fact(
            'Will be liked by',
            h('strong', {}, percent(posterior.mean)),
            ` of people, most likely ${percent(posterior.low)} to ${percent(posterior.high)}.`,
            interval(posterior),
          )
        : null,
      explain.freshness?.days_old != null ? freshness(explain.freshness, date) : null,
      explain.mmr ? variety(explain.mmr, item.position, titleOf) : null,
      own.length
        ? fact(
            'You',
            `Moved by what you did with ${own.map((/** @type {string} */ title) => `“${title}”`).join(', ')}.`,
          )
        : null,
    ),
  ];
}
