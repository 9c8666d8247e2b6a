/** One trainer in full: a sheet on a phone, a window on a desk. Opening it is a click; its player reports views. */
import { h } from '../page/dom.js';
import { icon } from '../page/icons.js';
import { factsOf, isAbout, statsOf, storiesOf, tagsOf } from './columns.js';
import { player } from './player.js';

/** @typedef {import('./columns.js').Trainer} Trainer */

/** @param {Trainer} item @param {string|null} goal */
export function tagList(item, goal) {
  const tags = tagsOf(item);
  if (tags.length === 0) return null;
  return h(
    'ul',
    { class: 'specialities', 'aria-label': 'Specialities' },
    tags.map((tag) =>
      isAbout(item, tag, goal)
        ? h(
            'li',
            { class: 'speciality speciality-match' },
            icon('done'),
            tag,
            h('span', { class: 'visually-hidden' }, ', matches your goal'),
          )
        : h('li', { class: 'speciality' }, tag),
    ),
  );
}

/** @param {Trainer} item @param {number} [most] */
export function statList(item, most = 99) {
  const stats = statsOf(item).slice(0, most);
  if (stats.length === 0) return null;
  return h(
    'dl',
    { class: 'stats' },
    stats.map(({ name, value }) => h('div', { class: 'stat' }, h('dt', {}, name), h('dd', {}, value))),
  );
}

/**
 * @param {Trainer} item
 * @param {{goal: string|null, watched: (share: number) => void, actions: Node, play: boolean}} context `actions`: the
 *   buttons below; `play`: begin with the intro
 */
export function openDetails(item, { goal, watched, actions, play }) {
  const intro = player(item, watched);
  const heading = h('h2', { class: 'details-title', id: 'details-title', tabindex: '-1' }, item.title);
  const close = h(
    'button',
    { class: 'icon-button details-close', type: 'button', 'aria-label': 'Close', onclick: () => dialog.close() },
    icon('close'),
  );
  const dialog = h(
    'dialog',
    { class: 'details', 'aria-labelledby': 'details-title' },
    h(
      'div',
      { class: 'details-inner' },
      intro.element,
      h(
        'div',
        { class: 'details-text' },
        heading,
        factsOf(item).length ? h('p', { class: 'card-facts' }, factsOf(item).join(' · ')) : null,
        tagList(item, goal),
        statList(item),
        storiesOf(item).map((text) => h('p', { class: 'details-story' }, text)),
        h('div', { class: 'details-actions' }, actions),
      ),
      close,
    ),
  );
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  dialog.addEventListener('close', () => {
    intro.close();
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  heading.focus({ preventScroll: true });
  if (play) intro.play();
}
