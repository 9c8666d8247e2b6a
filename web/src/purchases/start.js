/** The first visit: three things that were bought are enough for a list of one's own, here and without a network. */
import { h } from '../page/dom.js';
import { plural } from '../page/format.js';
import { say, warn } from '../page/frame.js';
import { eventOf } from './ask.js';
import { popularShelf } from './popular.js';
import { openSimilar } from './similar.js';
import { picture } from './ware.js';

/** @typedef {import('./ask.js').Ask} Ask @typedef {import('./ask.js').Popular} Popular */

const ASKED = 60;
const FIRST = 12;
const WANTED = 3;
const TOP = 6;

/** @param {Ask} ask @param {() => Promise<void>} done */
export async function startView(ask, done) {
  const items = await ask.popular(ASKED);
  /** @type {Map<string, Popular>} */
  const chosen = new Map();
  let all = false;
  const count = h('p', { class: 'start-count', role: 'status' });
  const go = h('button', { class: 'button button-main', type: 'submit' }, 'Show my picks');
  const tell = () => {
    count.textContent = `${chosen.size} of ${WANTED} chosen${chosen.size > WANTED ? ': the more, the better' : ''}`;
    go.setAttribute('aria-disabled', String(chosen.size === 0));
  };
  const lines = items.map((item) => {
    const box = h('input', {
      type: 'checkbox',
      value: item.item_id,
      onchange: () => {
        if (box.checked) chosen.set(item.item_id, item);
        else chosen.delete(item.item_id);
        tell();
      },
    });
    const element = h('li', {}, h('label', { class: 'goods' }, box, h('span', { class: 'goods-face' }, picture(item), h('span', {}, item.title))));
    return { element, box, words: item.title.toLowerCase() };
  });
  const find = h('input', { class: 'price-field', id: 'start-find', type: 'search', autocomplete: 'off', placeholder: 'Find by name' });
  const more = h('button', { class: 'text-button', type: 'button' }, `All ${items.length}`);
  const look = () => {
    const words = find.value.toLowerCase().trim();
    let shown = 0;
    for (const { element, box, words: name } of lines) {
      // What is chosen stays in sight.
      const fits = name.includes(words) && (all || words !== '' || shown < FIRST);
      element.hidden = !fits && !box.checked;
      if (!element.hidden) shown++;
    }
    more.hidden = all || words !== '' || items.length <= FIRST;
    return shown;
  };
  find.addEventListener('input', () => say(`${plural(look(), 'thing')} to choose from.`));
  find.addEventListener('keydown', (event) => event.key === 'Enter' && event.preventDefault());
  more.addEventListener('click', () => {
    all = true;
    look();
    lines[FIRST]?.box.focus();
  });
  const form = h(
    'form',
    { class: 'start', 'aria-labelledby': 'heading' },
    h('h1', { class: 'till-heading', id: 'heading', tabindex: '-1' }, 'What did you buy lately?'),
    h('p', { class: 'till-lead' }, 'Tell us three things you bought. The picks after that are made on this device, also offline; nobody else learns of it.'),
    h('div', { class: 'start-tools' }, h('label', { class: 'visually-hidden', for: find.id }, 'Find by name'), find),
    h('ul', { class: 'start-list', 'aria-label': 'What many people buy' }, lines.map(({ element }) => element)),
    more,
    h('div', { class: 'start-foot' }, count, go),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (chosen.size === 0) return;
    await ask.note([...chosen.values()].map((item) => eventOf('purchase', item))).then(done, warn);
  });
  look();
  tell();
  const similar = (/** @type {Popular} */ item) =>
    openSimilar(ask, item, async (one) => {
      await ask.note([eventOf('purchase', one)]).catch(warn);
    });
  return h('div', { class: 'till till-start' }, form, popularShelf(items.slice(0, TOP), similar));
}
