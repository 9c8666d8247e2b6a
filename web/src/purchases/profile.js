/** The visitor as the device knows them: spending, what was bought and when it may run out, and the ways out of it. */
import { dataPanel, keptWhere } from '../page/data.js';
import { h } from '../page/dom.js';
import { money, plural, shortDate } from '../page/format.js';
import { say, warn } from '../page/frame.js';
import { eventOf } from './ask.js';
import { addressOf } from './places.js';
import { picture, spoken } from './ware.js';

/** @typedef {import('./ask.js').Ask} Ask @typedef {import('./ask.js').Profile} Profile @typedef {import('./ask.js').Bought} Bought */

const DAY = 86_400_000;
const SEGMENTS = ['small', 'low_average', 'average', 'high'];
/** @type {Record<string, string>} */
const SEGMENT_NAMES = { small: 'Small', low_average: 'Below average', average: 'Above average', high: 'High' };
/** @type {Record<string, string>} */
const TYPES = { new: 'New here', regular: 'Regular', loyal: 'Loyal' };

/** Four steps, one of them the visitor's. @param {string|null} segment */
function segmentScale(segment) {
  if (segment === null) return null;
  return h(
    'div',
    { class: 'segment' },
    h('p', { class: 'till-label' }, 'Spending'),
    h(
      'ol',
      { class: 'segment-steps', 'aria-label': `Spending: ${SEGMENT_NAMES[segment] ?? segment}, of four groups` },
      SEGMENTS.map((name) => h('li', { class: 'segment-step', 'aria-current': name === segment && 'true' }, SEGMENT_NAMES[name])),
    ),
  );
}

/** @param {Profile} profile */
function receipt(profile) {
  const line = (/** @type {string} */ name, /** @type {string} */ value) => h('div', { class: 'receipt-line' }, h('dt', {}, name), h('dd', {}, value));
  const { total_spend: spend, avg_item_price: average, last_purchase_date: last } = profile;
  return h(
    'section',
    { class: 'receipt torn', 'aria-labelledby': 'receipt-title' },
    h('h2', { class: 'receipt-title', id: 'receipt-title' }, 'So far'),
    h(
      'dl',
      { class: 'receipt-lines' },
      line('You are', TYPES[profile.user_type] ?? profile.user_type),
      line('Purchases', profile.total_purchases.toLocaleString('en')),
      line('Different items', profile.unique_items.toLocaleString('en')),
      line('Usual price', average === null ? 'not known' : money(average)),
      last ? line('Last', shortDate(last.slice(0, 10))) : null,
      h('div', { class: 'receipt-line receipt-sum' }, h('dt', {}, 'Spent'), h('dd', {}, money(spend))),
    ),
    segmentScale(profile.spending_segment),
  );
}

/** When it may run out; where it is due, that is said by a stamp. @param {Bought} one */
function whenText({ due, due_date: date, cycle_days: cycle }) {
  if (!date) return 'Comes back at no fixed time';
  const every = cycle ? `every ${plural(Math.round(cycle), 'day')}` : '';
  if (due) return every;
  const left = Math.ceil((Date.parse(date) - Date.now()) / DAY);
  return `Due in ${plural(Math.max(1, left), 'day')}${every && `, ${every}`}`;
}

/** How much of the cycle has gone. @param {Bought} one */
function cycleBar(one) {
  const { due, due_date: date, cycle_days: cycle } = one;
  if (!cycle || !date) return null;
  const left = (Date.parse(date) - Date.now()) / DAY;
  const gone = due ? 1 : Math.min(1, Math.max(0, 1 - left / cycle));
  return h(
    'span',
    {
      class: 'gauge-bar',
      role: 'meter',
      'aria-label': `Time since ${one.title} was bought`,
      'aria-valuemin': 0,
      'aria-valuemax': 1,
      'aria-valuenow': gone.toFixed(2),
      'aria-valuetext': due ? `Due again ${whenText(one)}` : whenText(one),
    },
    h('span', { class: 'gauge-fill', vars: { '--share': gone.toFixed(3) } }),
  );
}

/** @param {Bought} one @param {(one: Bought) => Promise<void>} again */
function entry(one, again) {
  const { item_price: price, quantity, times, last_date: last } = one;
  const what = `${quantity.toLocaleString('en')} ×${price === null ? '' : ` ${money(price)}`}`;
  return h(
    'li',
    { class: one.due ? 'entry entry-due' : 'entry', 'data-id': one.item_id },
    picture(one),
    h('h3', { class: 'entry-name' }, one.title),
    h('p', { class: 'entry-what' }, what, times > 1 ? ` in ${plural(times, 'purchase')}` : null, last ? `, last ${shortDate(last.slice(0, 10))}` : null),
    h('div', { class: 'entry-due-line' }, cycleBar(one), one.due ? h('p', { class: 'stamp' }, 'Due again') : null, h('p', { class: 'entry-when' }, whenText(one))),
    h('button', { class: 'text-button', type: 'button', onclick: () => void again(one) }, 'Bought again', spoken(`: ${one.title}`)),
  );
}

/** What is due first, then what will be soonest. @param {Bought[]} purchases */
const byDue = (purchases) =>
  [...purchases].sort((a, b) => Number(b.due) - Number(a.due) || (a.due_date ?? '9').localeCompare(b.due_date ?? '9') || a.title.localeCompare(b.title));

/** @param {Bought[]} purchases @param {(one: Bought) => Promise<void>} again */
function history(purchases, again) {
  const due = purchases.filter((one) => one.due).length;
  return h(
    'section',
    { class: 'history', 'aria-labelledby': 'history-title' },
    h('h2', { class: 'till-title', id: 'history-title' }, 'What you bought'),
    h('p', { class: 'till-lead' }, purchases.length === 0 ? 'Nothing is noted yet.' : due > 0 ? `${plural(due, 'thing')} due again.` : 'Nothing is due yet.'),
    h('ol', { class: 'entries' }, byDue(purchases).map((one) => entry(one, again))),
  );
}

/** @param {Ask} ask @param {() => boolean} lasting @param {() => Promise<void>} refresh shows the view anew */
export async function profileView(ask, lasting, refresh) {
  const [profile, mine] = await Promise.all([ask.profile(), ask.me()]);
  const { panel, refresh: fill } = dataPanel({
    me: () => ask.me(),
    restore: async (text) => {
      await ask.restore(text);
      await refresh();
    },
    forget: async () => {
      await ask.forget();
      await refresh();
      say('Everything about you is forgotten.');
    },
    lasting,
    say,
    describe: () =>
      h('p', { class: 'data-facts' }, `${plural(mine.events?.length ?? 0, 'event')}, kept ${keptWhere(lasting())}.`),
    title: 'Your data',
  });
  fill(mine);
  const again = async (/** @type {Bought} */ one) => {
    try {
      await ask.note([eventOf('purchase', one)]);
      await refresh();
      say(`Noted: ${one.title}.`);
    } catch (error) {
      warn(error);
    }
  };
  return h(
    'div',
    { class: 'till till-profile' },
    h(
      'div',
      { class: 'till-head' },
      h('h1', { class: 'till-heading', id: 'heading', tabindex: '-1' }, 'My profile'),
      h('p', { class: 'till-lead' }, 'Made from what you noted here. ', h('a', { href: addressOf({ page: 'picks', model: null, unseen: false, minimum: null, maximum: null }) }, 'To the picks')),
    ),
    receipt(profile),
    history(profile.purchases, again),
    panel,
  );
}
