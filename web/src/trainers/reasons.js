/** "Why this?": what each feature added to the score or took from it, in words, as bars from a common middle. */
import { h } from '../page/dom.js';
import { digits, label, percent, plural, signed, words } from '../page/format.js';
import { stat } from './columns.js';

/** @typedef {import('./columns.js').Reason} Reason @typedef {import('./columns.js').Trainer} Trainer */

const FIRST = 6;

/** @param {number} times a multiple of the average trainer */
const multiple = (times) => (times < 10 ? times.toFixed(1) : Math.round(times).toLocaleString('en'));
/** @param {string} done */
const ofAverage = (done) => (/** @type {number} */ v) =>
  v > 0 ? `${done} ${multiple(v)} × as often as the average trainer` : `Hardly ever ${done.toLowerCase()} by others`;
/** @param {string} yes @param {string} no */
const own = (yes, no) => (/** @type {number} */ v) => (v > 0 ? yes : no);
/** @param {string} text */
const rate = (text) => (/** @type {number} */ v) => (v >= 0 ? `${text}: ${percent(v)}` : text);

/**
 * A sentence for each kind of feature. A value that is missing comes as NaN.
 * @type {Record<string, (value: number) => string>}
 */
const SENTENCES = {
  impressions: own('Shown to you lately', 'New to you'),
  clicks: own('You opened this profile lately', 'You have not opened this profile lately'),
  video_views: own('You watched the intro lately', 'You have not watched the intro lately'),
  likes: own('You liked this trainer', 'You have not liked this trainer'),
  avg_watch_time: (v) => (v >= 0 ? `You watched ${percent(v)} of the intro` : 'Intro not watched yet'),
  ctr: rate('Your chance of opening it'),
  view_rate: rate('Your chance of watching it'),
  like_rate: rate('Your chance of liking it'),
  all_impressions: (v) => (v > 0 ? `Shown to you ${plural(Math.round(v), 'time')} so far` : 'Never shown to you before'),
  all_clicks: (v) => (v > 0 ? `Opened by you ${plural(Math.round(v), 'time')} so far` : 'Never opened by you'),
  weeks_since_click: (v) => (v >= 0 ? (v < 1.5 ? 'Opened by you last week' : `Opened by you ${Math.round(v)} weeks ago`) : 'Never opened by you'),
  ctr_lift: (v) => (v > 0 ? 'You open it more than expected' : v < 0 ? 'You open it less than expected' : 'You open it as expected'),
  expected_ctr: rate('Expected of somebody with your habits'),
  item_impressions: ofAverage('Shown'),
  item_clicks: ofAverage('Opened'),
  item_views: ofAverage('Watched'),
  item_likes: ofAverage('Liked'),
  item_watch: (v) => (v >= 0 ? `People watch ${percent(v)} of the intro` : 'Nobody watched the intro yet'),
  item_ctr: rate('Opened by those who see it'),
  item_view_rate: rate('Watched by those who open it'),
  item_like_rate: rate('Liked by those who watch'),
  user_impressions: (v) => (v > 0 ? 'How many trainers you have seen' : 'You are new here'),
  user_clicks: own('How many profiles you opened', 'You opened no profile yet'),
  user_ctr: rate('How often you open what you see'),
  user_view_rate: rate('How often you watch what you open'),
  user_like_rate: rate('How often you like what you watch'),
  goal_match: own('Works on your goal', 'Does not list your goal'),
};

/** @param {Reason} reason @returns {string} */
export function sentence({ feature, value }) {
  const number = value === null || value === undefined ? NaN : Number(value);
  const known = SENTENCES[feature];
  if (known) return known(number);
  const [, kind, argument] = /^(sp|goal)__(.+)$/.exec(feature) ?? [];
  if (kind === 'sp') return number > 0 ? `Does ${argument}` : `Does not list ${argument}`;
  if (kind === 'goal') return number > 0 ? `Your goal is ${argument}` : `Your goal is not ${argument}`;
  if (Number.isNaN(number)) return `${words(feature)}: not given`;
  const shown = stat(feature, number);
  return `${shown.name}: ${shown.value}`;
}

/** What the bars are drawn in: from the strongest against to the strongest for. @param {Reason[]} reasons */
function scaleOf(reasons) {
  const against = Math.max(0, ...reasons.map((reason) => -reason.contribution));
  const infavour = Math.max(0, ...reasons.map((reason) => reason.contribution));
  const whole = Math.max(1e-12, against + infavour);
  return { whole, zero: against / whole };
}

/** @param {string} text @param {number} value @param {number} whole @param {number} places */
function row(text, value, whole, places) {
  return h(
    'tr',
    { class: value < 0 ? 'reason reason-minus' : 'reason' },
    h('th', { scope: 'row' }, text),
    h(
      'td',
      { class: 'reason-cell', 'aria-hidden': 'true' },
      h('span', { class: 'reason-bar', vars: { '--share': (Math.abs(value) / whole).toFixed(4) } }),
    ),
    h('td', { class: 'reason-number' }, signed(value, places)),
  );
}

/** The strongest reason for it that the card does not show anyway. @param {Trainer} item */
export function shortly(item) {
  const best = (item.reasons ?? []).find(
    ({ feature, contribution }) => contribution > 0 && !/^(goal_match$|sp__|goal__|user_)/.test(feature),
  );
  return best ? label(sentence(best)) : null;
}

/** @param {Trainer} item */
export function reasonsPanel(item) {
  const reasons = item.reasons ?? [];
  const places = digits(Math.abs(item.score)) + 1;
  const { whole, zero } = scaleOf(reasons);
  const rows = reasons.map((reason) => row(label(sentence(reason)), reason.contribution, whole, places));
  const more = rows.slice(FIRST);
  const rest = h('tbody', { id: `more-${item.id}`, hidden: true }, more);
  const hidden = reasons.slice(FIRST).reduce((sum, reason) => sum + reason.contribution, 0);
  const smaller = h('td', { class: 'reason-number' });
  // What is shown adds up, folded and unfolded.
  const add = () => (smaller.textContent = signed((item.other ?? 0) + (rest.hidden ? hidden : 0), places));
  add();
  const button = h(
    'button',
    {
      class: 'text-button reasons-more',
      type: 'button',
      'aria-expanded': 'false',
      'aria-controls': `more-${item.id}`,
      onclick: () => {
        rest.hidden = !rest.hidden;
        add();
        button.setAttribute('aria-expanded', String(!rest.hidden));
        button.textContent = rest.hidden ? `Show ${plural(more.length, 'smaller reason')}` : 'Show fewer';
      },
    },
    `Show ${plural(more.length, 'smaller reason')}`,
  );
  return [
    h('h3', { class: 'why-title' }, 'What moved the score'),
    h(
      'table',
      { class: 'reasons', vars: { '--zero': zero.toFixed(4) } },
      h('caption', { class: 'visually-hidden' }, `Reasons for ${item.title}; together they are the score`),
      h('tbody', {}, rows.slice(0, FIRST)),
      rest,
      h(
        'tfoot',
        {},
        more.length > 0 || item.other
          ? h('tr', {}, h('th', { scope: 'row', colspan: 2 }, 'Everything smaller'), smaller)
          : null,
        h(
          'tr',
          {},
          h('th', { scope: 'row', colspan: 2 }, 'Where everybody starts'),
          h('td', { class: 'reason-number' }, (item.base ?? 0).toFixed(places).replace('-', '−')),
        ),
        h(
          'tr',
          { class: 'reason-total' },
          h('th', { scope: 'row', colspan: 2 }, 'Score'),
          h('td', { class: 'reason-number' }, item.score.toFixed(places).replace('-', '−')),
        ),
      ),
    ),
    more.length > 0 ? button : null,
  ].filter((node) => node !== null);
}
