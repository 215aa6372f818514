/** The two pages, as their end users see them: the real page in a frame, scaled as a whole. */

/** @import { Frame, Picture, Who } from "../picture.js" */

import { byId, make, mark, style, write } from '../dom.js';
import { SHAPES } from '../picture.js';
import { say } from '../words.js';

/** Pixels that the page takes to show all of itself, stars included, without scrolling. */
const PAGE = { width: 1280, height: 668 };
/** The height of the frame at least: what hangs over is cut off, and no page needs a scroll bar. */
const WHOLE = 800;

const WHO = /** @type {readonly Who[]} */ (['anonymous', 'end_user']);

/** Keep the pages as large as the room they have. */
export function build() {
  const sizes = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) if (target instanceof HTMLElement) scale(target, contentRect);
  });
  for (const who of WHO) sizes.observe(box(who));
}

/**
 * Show both pages, and say of each which version it is.
 * @param {Picture} picture
 */
export function show(picture) {
  for (const who of WHO) {
    const frame = picture.frames[who];
    const section = byId(who);
    mark(section, 'data-version', frame.version || false);
    mark(section, 'data-waits', frame.waits && '');
    mark(section, 'data-large', picture.large === who && '');
    mark(section, 'data-bare', frame.url === '' && '');
    const parts = {
      who: name(picture, who),
      version: version(frame),
      stars: frame.stars ? say(`stars_${frame.stars}`) : '',
    };
    for (const [part, text] of Object.entries(parts)) {
      const label = section.querySelector(`.${part}`);
      if (label) write(label, text);
    }
    load(box(who), frame.url, say(`page_${who}`));
  }
}

/**
 * Put another page into the frame, behind the one that is there until it is whole: nothing flashes.
 * @param {HTMLElement} into
 * @param {string} url
 * @param {string} title
 */
function load(into, url, title) {
  if (!url || into.dataset.url === url) return;
  into.dataset.url = url;
  // It is looked at, not used: a click into it would take the keyboard, and with it the talk, out of the presenter's hands.
  const coming = make('iframe', {
    src: url,
    title,
    inert: '',
    tabindex: '-1',
    'data-coming': '',
    referrerpolicy: 'no-referrer',
  });
  coming.addEventListener('load', () => {
    if (into.dataset.url !== url) return coming.remove();
    for (const former of into.querySelectorAll('iframe')) if (former !== coming) former.remove();
    coming.removeAttribute('data-coming');
  });
  into.append(coming);
}

/**
 * @param {HTMLElement} page
 * @param {{width: number, height: number}} room
 */
function scale(page, room) {
  const factor = Math.min(room.width / PAGE.width, room.height / PAGE.height);
  if (!factor) return;
  style(page, '--scale', String(factor));
  style(page, '--wide', `${PAGE.width}px`);
  style(page, '--left', `${(room.width - PAGE.width * factor) / 2}px`);
  style(page, '--high', `${Math.max(room.height / factor, WHOLE)}px`);
}

/**
 * @param {Picture} picture
 * @param {Who} who
 * @returns {string}
 */
function name(picture, who) {
  return who === 'anonymous' ? say('anonymous') : picture.user;
}

/**
 * @param {Frame} frame
 * @returns {string}
 */
function version({ version }) {
  return version ? `${SHAPES[version]} ${version}` : '';
}

/**
 * @param {Who} who
 * @returns {HTMLElement}
 */
function box(who) {
  const found = byId(who).querySelector('.page');
  if (!(found instanceof HTMLElement)) throw new Error(`#${who}: the page has no room for it`);
  return found;
}
