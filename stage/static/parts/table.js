/** The table of the slide: what the rule asks of each version, and what clients have seen since it is in force. */

/** @import { Picture, Share, Version } from "../picture.js" */

import { byId, make, mark, style, write } from '../dom.js';
import { SHAPES, VERSIONS } from '../picture.js';
import { figure, percent, say } from '../words.js';

const NONE = '–';

/** Build a row per version. */
export function build() {
  byId('versions').append(...VERSIONS.map(row));
}

/**
 * Show the counts.
 * @param {Picture} picture
 */
export function show({ traffic, mode }) {
  write(byId('counted'), say('counted', { answers: figure(traffic.answers) }));
  for (const version of VERSIONS) counts(version, traffic.versions[version]);
  const flow = mode !== 'live' && traffic.status === 'running' ? 'recorded' : traffic.status;
  write(byId('traffic-status'), say(`traffic_${flow}`, { rate: figure(traffic.rate) }));
  mark(byId('traffic-status'), 'data-status', traffic.status);
  write(byId('failed'), traffic.failed ? `· ✗ ${say('failed', { failed: figure(traffic.failed) })}` : '');
  write(byId('whole-rps'), rps(traffic.whole.rps));
  write(byId('whole-success'), success(traffic.whole.success));
}

/**
 * @param {Version} version
 * @param {Share} seen
 */
function counts(version, seen) {
  const cell = (/** @type {string} */ name) => byId(`${version}-${name}`);
  write(cell('asked'), seen.asked === null ? NONE : percent(seen.asked));
  write(cell('seen'), seen.share === null ? NONE : percent(seen.share));
  write(cell('rps'), rps(seen.answers ? seen.rps : null));
  write(cell('success'), success(seen.success));
  write(
    cell('starless'),
    seen.without_stars && version !== 'v1' ? `☆ ${say('without_stars', { pages: figure(seen.without_stars) })}` : '',
  );
  const bar = cell('bar');
  const { low, high, share, asked } = seen;
  for (const [name, value] of Object.entries({ share, low, high, asked })) {
    style(bar, `--${name}`, String(value ?? 0));
    bar.toggleAttribute(`data-${name}`, value !== null);
  }
  mark(
    bar,
    'aria-label',
    low === null || high === null ? NONE : say('between', { low: percent(low), high: percent(high) }),
  );
}

/**
 * @param {Version} version
 * @returns {HTMLTableRowElement}
 */
function row(version) {
  const cell = (/** @type {string} */ name) => make('td', { id: `${version}-${name}`, class: name });
  const bar = make(
    'div',
    { id: `${version}-bar`, class: 'gauge', role: 'img' },
    ['share', 'whisker', 'tick'].map((part) => make('i', { class: part })),
  );
  const starless = make('span', { id: `${version}-starless`, class: 'starless' });
  return make('tr', { 'data-version': version }, [
    make('th', { scope: 'row' }, [`${SHAPES[version]} `, make('span', { 'data-word': version })]),
    make('td', { class: 'lane', 'data-lane': version }),
    cell('asked'),
    cell('seen'),
    make('td', { class: 'bars' }, [bar, starless]),
    cell('rps'),
    cell('success'),
  ]);
}

/**
 * Return requests a second; of a hundred, nobody needs the tenths.
 * @param {number | null} value
 * @returns {string}
 */
function rps(value) {
  return value === null ? NONE : figure(value, value < 99.95 ? 1 : 0);
}

/**
 * @param {number | null} value
 * @returns {string}
 */
function success(value) {
  // Never rounded up: with one failure in ten thousand it is not all.
  return value === null ? say('none') : percent(value, 'floor');
}
