/** A quiet button that offers a newer list: nothing moves before it is pressed. */
import { byId, h } from './dom.js';
import { say } from './frame.js';
import { icon } from './icons.js';

/** @param {string} text @param {() => void} act */
export function offer(text, act) {
  const press = () => {
    withdraw();
    byId('heading').focus({ preventScroll: true });
    act();
  };
  byId('pending').replaceChildren(
    h(
      'button',
      { class: 'pending-button', type: 'button', onclick: press },
      icon('refresh'),
      h('span', {}, text),
      h('span', { class: 'pending-show' }, 'Show'),
    ),
  );
  say(`${text}. Press Show to see it.`);
}

export const withdraw = () => byId('pending').replaceChildren();
