/** What the page of insights asks the engine: the visitor's own state, counted. */

/**
 * @typedef {{requests: number, impressions: number, clicks: number, ctr: number|null, conversions: number, conversion_rate:
 *   number|null, revenue: number}} Counts
 * @typedef {Counts & {request_id: string, context: string|null, time: string}} OfRequest
 * @typedef {{days: number, total: Counts, by_context: (Counts & {context: string|null})[], by_request: OfRequest[]}} Performance
 * @typedef {{stage: string, events: number, products: number, reached: number, rate: number|null}} Step
 * @typedef {{days: number, stages: Step[], overall_rate: number|null, abandoned: number}} Funnel
 * @typedef {Counts & {day: number}} Day `day`: its first moment here, in seconds since 1970
 */

const ANALYTICS = '/api/v1/analytics';
/** As many lists as the route tells at once, which is more than a state can have. */
const MOST = 5000;

/** @param {import('../page/client.js').Client} client @param {number} days @returns {Promise<Performance>} */
export const performanceOf = (client, days) =>
  client.request('GET', `${ANALYTICS}/recommendations/performance?days=${days}&limit=${MOST}`);

/** @param {import('../page/client.js').Client} client @param {number} days @returns {Promise<Funnel>} */
export const funnelOf = (client, days) => client.request('GET', `${ANALYTICS}/conversion-funnel?days=${days}`);

/** The first moment of a day where the visitor is. @param {Date} date */
const startOf = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime() / 1000;

/** @param {number} part @param {number} whole */
const share = (part, whole) => (whole > 0 ? part / whole : null);

/** Lists added up by the day on which they were shown: every day from the first to today, a week at least. @param {OfRequest[]} lists @param {Date}
 *   [today] @returns {Day[]} */
export function daysOf(lists, today = new Date()) {
  /** @type {Map<number, OfRequest[]>} */
  const byDay = new Map();
  for (const list of lists) {
    const day = startOf(new Date(list.time));
    byDay.set(day, [...(byDay.get(day) ?? []), list]);
  }
  if (byDay.size === 0) return [];
  const days = [];
  const week = startOf(new Date(today.getFullYear(), today.getMonth(), today.getDate() - 6));
  for (let date = new Date(Math.min(week, ...byDay.keys()) * 1000); startOf(date) <= startOf(today); date.setDate(date.getDate() + 1)) {
    const of = byDay.get(startOf(date)) ?? [];
    const sum = (/** @type {'impressions'|'clicks'|'conversions'|'revenue'} */ name) => of.reduce((total, list) => total + list[name], 0);
    const [impressions, clicks, conversions, revenue] = [sum('impressions'), sum('clicks'), sum('conversions'), sum('revenue')];
    days.push({
      day: startOf(date),
      requests: of.length,
      impressions,
      clicks,
      ctr: share(clicks, impressions),
      conversions,
      conversion_rate: share(conversions, clicks),
      revenue,
    });
  }
  return days;
}
