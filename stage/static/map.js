/** Who calls whom, as the proxies count it; an arrow without a number where they say nothing yet. */

/** @import { Arrow, Picture } from "./picture.js" */

import { byId, draw, mark, write } from './dom.js';
import { SHAPES, VERSIONS } from './picture.js';
import { figure, say } from './words.js';

/** The middle of each box, and its size, in the units of the drawing. */
const BOXES = /** @type {const} */ ({
  browser: [44, 80, 84, 40],
  gateway: [192, 80, 96, 40],
  productpage: [356, 80, 132, 40],
  details: [586, 18, 132, 32],
  'reviews-v1': [586, 60, 132, 32],
  'reviews-v2': [586, 102, 132, 32],
  'reviews-v3': [586, 144, 132, 32],
  ratings: [746, 123, 92, 34],
});

/** Each call, and where its rate stands. */
const CALLS = /** @type {const} */ ([
  ['browser', 'gateway', 115, 72, 'middle'],
  ['gateway', 'productpage', 265, 72, 'middle'],
  ['productpage', 'details', 510, 14, 'end'],
  ['productpage', 'reviews-v1', 510, 53, 'end'],
  ['productpage', 'reviews-v2', 510, 120, 'end'],
  ['productpage', 'reviews-v3', 510, 159, 'end'],
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
  for (const [from, to] of CALLS) rate(`${from}>${to}`, map?.arrows[`${from}>${to}`]);
  for (const name of Object.keys(BOXES)) {
    const plain = /** @type {const} */ ({ browser: 1, gateway: 1, productpage: 1, details: 1, ratings: 1 });
    const label =
      name in plain ? say(`app_${name}`) : `${SHAPES[version(name)]} ${say('app_reviews')} ${version(name)}`;
    write(byId(`box-${name}`), label);
  }
  mark(byId('box-ratings'), 'data-fault', rule.fault || false);
}

/**
 * @param {string} call
 * @param {Arrow | undefined} counted
 */
function rate(call, counted) {
  const group = byId(`arrow-${call}`);
  const label = group.querySelector('text');
  const flows = counted?.rate !== undefined && counted.rate > 0;
  const fails = flows && (counted.failed ?? 0) > 0;
  mark(group, 'data-state', fails ? 'fails' : flows ? 'flows' : false);
  if (!label) return;
  const { rate = 0, failed = 0 } = counted ?? {};
  const each = say('rate', { rate: figure(rate, Number.isInteger(Number(rate.toFixed(1))) ? 0 : 1) });
  write(label, fails ? `✗ ${say('rate_fails', { share: figure(failed * 100) })}` : flows ? each : '');
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
 * Return the version of a box of reviews.
 * @param {string} name
 */
function version(name) {
  const found = VERSIONS.find((candidate) => name.endsWith(`-${candidate}`));
  return /** @type {typeof VERSIONS[number]} */ (found);
}
