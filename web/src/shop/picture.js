/** The picture of a product: the catalogue's own where there is one and it comes, else a drawing. */
import { h } from '../page/dom.js';
import { drawing } from '../page/goods.js';

/** @typedef {import('./ask.js').Product} Product */

/** Only what the page's policy lets in. @param {string|null} image */
function allowed(image) {
  if (!image) return null;
  try {
    const url = new URL(image, document.baseURI);
    return url.protocol === 'https:' || url.origin === location.origin ? url.href : null;
  } catch {
    return null;
  }
}

/** @param {Product} product @param {{alt?: string, size?: number, eager?: boolean}} [how] */
export function picture(product, { alt = '', size = 240, eager = false } = {}) {
  const frame = h('div', { class: 'picture' });
  const draw = () => frame.replaceChildren(drawing(product));
  const src = allowed(product.image);
  if (!src) draw();
  else
    frame.append(
      h('img', {
        class: 'photo',
        alt,
        width: size,
        height: size,
        loading: eager ? 'eager' : 'lazy',
        decoding: 'async',
        referrerpolicy: 'no-referrer',
        onerror: draw,
        src,
      }),
    );
  return frame;
}
