/** Who calls whom, as the proxies count it; an arrow without a number where they say nothing yet. */

/** @import { Arrow, Picture } from "../picture.js" */

import { byId, draw, mark, write } from '../dom.js';
import { SHAPES, VERSIONS } from '../picture.js';
import { figure, say } from '../words.js';

/** The middle of each box, and its size, in the units of the drawing. */
const BOXES = /** @type {const} */ ({
  browser: [44, 80, 84, 40],
  gateway: [188, 80, 92, 40],
  productpage: [359, 80, 130, 40],
  details: [594, 18, 132, 32],
  'reviews-v1': [594, 60, 132, 32],
  'reviews-v2': [594, 102, 132, 32],
  'reviews-v3': [594, 144, 132, 32],
  ratings: [750, 123, 84, 34],
});

/** Each call, and where its rate stands. */
const CALLS = /** @type {const} */ ([
  ['browser', 'gateway', 114, 72, 'middle'],
  ['gateway', 'productpage', 264, 72, 'middle'],
  ['productpage', 'details', 520, 14, 'end'],
  ['productpage', 'reviews-v1', 524, 55, 'end'],
  ['productpage', 'reviews-v2', 520, 89, 'end'],
  ['productpage', 'reviews-v3', 520, 159, 'end'],
  ['reviews-v2', 'ratings', 792, 98, 'end'],
  ['reviews-v3', 'ratings', 792, 159, 'end'],
]);

/** @typedef {keyof typeof BOXES} Box */

/** Draw the boxes and the arrows between them. */
export function build() {
  const map = byId('map');
  const head = draw('path', { d: 'M0 0 L8 4 L0 8 z' });
  const marker = {
    id: 'head',
    viewBox: '0 0 8 8',
    refX: 7.5,
    refY: 4,
    markerWidth: 9,
    markerHeight: 9,
    markerUnits: 'userSpaceOnUse',
    orient: 'auto',
  };
  map.append(draw('defs', {}, [draw('marker', marker, [head])]));
  map.append(...CALLS.map(arrow), ...Object.keys(BOXES).map((name) => box(/** @type {Box} */ (name))));
}

/**
 * Show the rates.
 * @param {Picture} picture
 */
export function show({ map, rule }) {
  const arrows = map?.arrows ?? {};
  for (const [from, to] of CALLS) {
    const [counted, before] = [arrows[`${from}>${to}`], arrows[`productpage>${from}`]];
    // A call that its own proxy ends is counted nowhere behind it: that it should be there, and is not, is the failure.
    const isCutOff = to === 'ratings' && rule.fault !== '' && counted?.rate === 0 && (before?.rate ?? 0) > 0;
    calls(`${from}>${to}`, counted, isCutOff);
  }
  for (const name of Object.keys(BOXES)) {
    const kind = version(name);
    write(byId(`box-${name}`), kind ? `${SHAPES[kind]} ${say('app_reviews')} ${kind}` : say(`app_${name}`));
  }
  mark(byId('box-ratings'), 'data-fault', rule.fault || false);
}

/**
 * Show the calls of one arrow.
 * @param {string} name
 * @param {Arrow | undefined} counted
 * @param {boolean} isCutOff
 */
function calls(name, { rate = 0, failed = 0 } = {}, isCutOff) {
  const arrow = byId(`arrow-${name}`);
  let [state, text] = ['', ''];
  if (isCutOff) [state, text] = ['fails', `✗ ${say('none_arrives')}`];
  else if (rate > 0 && failed > 0) [state, text] = ['fails', `✗ ${say('rate_fails', { share: figure(failed * 100) })}`];
  else if (rate > 0) [state, text] = ['flows', say('rate', { rate: figure(rate, rate < 9.95 ? 1 : 0) })];
  mark(arrow, 'data-state', state || false);
  for (const label of arrow.querySelectorAll('text')) write(label, text);
}

/**
 * @param {typeof CALLS[number]} call
 * @returns {SVGGElement}
 */
function arrow([from, to, x, y, anchor]) {
  const [x1, y1, wide1] = BOXES[from];
  const [x2, y2, wide2] = BOXES[to];
  const line = { d: `M${x1 + wide1 / 2} ${y1} L${x2 - wide2 / 2 - 1} ${y2}`, 'marker-end': 'url(#head)' };
  return draw('g', { id: `arrow-${from}>${to}`, class: 'arrow' }, [
    draw('path', line),
    draw('text', { x, y, 'text-anchor': anchor }),
  ]);
}

/**
 * @param {Box} name
 * @returns {SVGGElement}
 */
function box(name) {
  const [x, y, wide, high] = BOXES[name];
  const kind = version(name);
  return draw('g', kind ? { class: 'box', 'data-version': kind } : { class: 'box' }, [
    draw('rect', { x: x - wide / 2, y: y - high / 2, width: wide, height: high, rx: 8 }),
    draw('text', { id: `box-${name}`, x, y: y + 6 }),
  ]);
}

/**
 * Return the version of a box; none where it is not one of reviews.
 * @param {string} name
 */
function version(name) {
  return VERSIONS.find((candidate) => name.endsWith(`-${candidate}`));
}
