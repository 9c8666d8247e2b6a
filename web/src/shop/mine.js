/** What this device remembers of the visitor, with the ways to take it along and to forget it. */
import { dataPanel, keptWhere } from '../page/data.js';
import { h } from '../page/dom.js';
import { plural, words } from '../page/format.js';
import { say } from '../page/frame.js';
import { addressOf, searchFor } from './places.js';

/** @typedef {import('./ask.js').Ask} Ask @typedef {import('./ask.js').Interaction} Interaction */

const SHOWN = 40;
const NAMED = 20;

const when = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' });

/** The names of the products that were opened last. @param {Ask} ask @param {Interaction[]} noted */
async function namesOf(ask, noted) {
  const ids = [...new Set(noted.map((one) => one.product_id ?? '').filter(Boolean))].slice(0, NAMED);
  const name = (/** @type {string} */ id) => ask.product(id, 1).then(({ product }) => product.name, () => id);
  return new Map(await Promise.all(ids.map(async (id) => /** @type {[string, string]} */ ([id, await name(id)]))));
}

/** What was done with a product, by the names that events have. @type {Record<string, string>} */
const DONE = {
  product_click: 'Looked at ',
  recommendation_click: 'Followed a recommendation to ',
  cart: 'Put into the cart: ',
  cart_remove: 'Took out of the cart: ',
  purchase: 'Bought ',
  like: 'Wished for ',
  dislike: 'Did not like ',
  return: 'Gave back ',
};

/** @param {Interaction} one @param {Map<string, string>} names */
function line({ event_type: type, product_id: id = '', query = '', timestamp }, names) {
  const opened = type !== 'search_query';
  const place = opened ? /** @type {const} */ ({ page: 'product', id }) : searchFor(query);
  return h(
    'li',
    { class: 'noted' },
    h('span', {}, opened ? (DONE[type] ?? `${words(type)}: `) : 'Searched for ', h('a', { href: addressOf(place) }, opened ? (names.get(id) ?? id) : query)),
    h('time', { datetime: timestamp }, when.format(new Date(timestamp))),
  );
}

/** @param {Interaction[]} noted @param {Map<string, string>} names @param {boolean} lasting */
function facts(noted, names, lasting) {
  const more = noted.length - SHOWN;
  return h(
    'div',
    {},
    h(
      'dl',
      { class: 'data-facts' },
      h('dt', {}, 'Noted in the last 30 days'),
      h('dd', {}, plural(noted.length, 'event')),
      h('dt', {}, 'Kept'),
      h('dd', {}, keptWhere(lasting)),
    ),
    noted.length > 0
      ? h('ul', { class: 'noted-list', 'aria-label': 'What was noted, newest first' }, noted.slice(0, SHOWN).map((one) => line(one, names)))
      : h('p', { class: 'noted-none' }, 'Nothing yet: products you open and words you search for are noted here.'),
    more > 0 ? h('p', { class: 'noted-none' }, `and ${plural(more, 'earlier event')}`) : null,
  );
}

/** @param {Ask} ask @param {() => boolean} lasting @param {() => Promise<void>} again shows the view anew @param
 *   {import('./stages.js').Stages|null} stages */
export async function dataView(ask, lasting, again, stages) {
  const noted = await ask.noted();
  const names = await namesOf(ask, noted);
  const { panel, refresh } = dataPanel({
    me: () => ask.me(),
    restore: async (text) => {
      await ask.restore(text);
      await stages?.replaced(false);
      await again();
    },
    forget: async () => {
      await ask.forget();
      await stages?.replaced(true);
      await again();
      say('Everything about you is forgotten.');
    },
    lasting,
    say,
    describe: () => facts(noted, names, lasting()),
    title: 'On this device',
  });
  refresh(null);
  return h(
    'div',
    { class: 'shop shop-narrow' },
    h('h1', { class: 'shop-title', id: 'heading', tabindex: '-1' }, 'My data'),
    h('p', { class: 'shop-lead' }, 'It stays here. Only pictures come from elsewhere, where the catalogue names a server for them: that one sees which are loaded.'),
    panel,
    stages && stages.panel(again),
  );
}
