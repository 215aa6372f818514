/** What a run draws beside its claims: who may call whom, or the staircase of a rollout. */

/** @import { Picture, Stair, Tried } from "../picture.js" */

import { byId, draw, mark } from '../dom.js';
import { figure, percent, say } from '../words.js';
import { SIGNS } from './proof.js';

const WIDE = 420;

/** The middle of each box, and its width; all are as high. Those outside of the mesh come last. */
const BOXES = /** @type {Record<string, [number, number, number]>} */ ({
  ingressgateway: [54, 97, 100],
  productpage: [196, 62, 136],
  details: [322, 34, 92],
  reviews: [338, 100, 96],
  ratings: [368, 168, 92],
  impostor: [100, 18, 196],
  plain_text: [66, 168, 124],
});
const OUTSIDE = ['impostor', 'plain_text'];
const BOX_HIGH = 30;
const BEND = 0.16;

const HIGH = 190;

/** Above the stairs, up to the highest, and below them: two lines of counts. They have less room than the boxes. */
const LANDING = 22;
const RISE = 64;
const GROUND = 46;

/** What was drawn last, as text: a picture comes five times a second. */
let drawn = '';

/**
 * Draw what this run has; nothing of one that has neither.
 * @param {Picture} picture
 */
export function show({ run, now_ms, language }) {
  const drawing = byId('drawing');
  const has = run !== null && (run.tried.length > 0 || run.stairs.length > 0);
  mark(drawing, 'hidden', !has && '');
  const stairs = has && run.stairs.length > 0;
  mark(byId('proof'), 'data-drawn', has && (stairs ? 'stairs' : 'arrows'));
  if (!run || !has) return;
  const wanted = JSON.stringify([run.tried, run.stairs, language, run.stairs.some(lasts) && now_ms]);
  if (wanted === drawn) return;
  drawn = wanted;
  mark(drawing, 'aria-label', say(stairs ? 'stairs' : 'arrows'));
  mark(drawing, 'viewBox', `0 0 ${WIDE} ${stairs ? LANDING + RISE + GROUND : HIGH}`);
  drawing.replaceChildren(...(stairs ? staircase(run.stairs, now_ms) : arrows(run.tried)));
}

/** @param {Stair} stair */
function lasts(stair) {
  return stair.ended_ms === 0;
}

/**
 * @param {Stair[]} stairs
 * @param {number} now
 * @returns {SVGElement[]}
 */
function staircase(stairs, now) {
  const began = stairs[0]?.began_ms ?? now;
  const over = Math.max(1, (stairs.at(-1)?.ended_ms || now) - began);
  const at = (/** @type {number} */ ms) => 4 + ((WIDE - 8) * (ms - began)) / over;
  return [
    ...stairs.flatMap((stair, index) => {
      const x = at(stair.began_ms);
      const wide = Math.max(2, at(stair.ended_ms || now) - x);
      const high = Math.max(2, RISE * stair.share);
      const top = LANDING + RISE - high;
      const sign = stair.verdict ? SIGNS[stair.verdict] : stair.rolled_back ? '↩' : '…';
      // The names of neighbours stand on two heights, or they would run into each other.
      const below = LANDING + RISE + 18 + (index % 2) * 21;
      const counts = Object.entries(stair.answers).map(([version, n]) => `${version} ${figure(n)}`);
      const state = stair.verdict || (stair.rolled_back ? 'FAILS' : 'RUNNING');
      const anchor = x > WIDE * 0.55 ? 'end' : 'start';
      const edge = anchor === 'end' ? Math.min(WIDE - 4, x + wide) : x;
      return [
        draw('rect', { class: 'stair', 'data-verdict': state, x, y: top, width: wide, height: high }),
        draw('text', { x: edge, y: top - 6, 'text-anchor': anchor }, [`${sign} ${percent(stair.share)}`]),
        draw('text', { class: 'counts', x: edge, y: below, 'text-anchor': anchor }, [counts.join(' · ')]),
      ];
    }),
    draw('path', { class: 'ground', d: `M4 ${LANDING + RISE}H${WIDE - 4}` }),
  ];
}

/**
 * @param {Tried[]} tried
 * @returns {SVGElement[]}
 */
function arrows(tried) {
  return [
    ...tried
      .filter(({ caller, app }) => caller in BOXES && app in BOXES)
      .map(({ caller, app, state }) =>
        draw('path', { class: 'tried', 'data-state': state, d: path(caller, app), 'marker-end': 'url(#head)' }),
      ),
    ...Object.entries(BOXES).flatMap(([name, [x, y, wide]]) => [
      draw('rect', {
        class: OUTSIDE.includes(name) ? 'outside' : 'inside',
        x: x - wide / 2,
        y: y - BOX_HIGH / 2,
        width: wide,
        height: BOX_HIGH,
        rx: 6,
      }),
      draw('text', { x, y: y + 5, 'text-anchor': 'middle' }, [say(`app_${name}`)]),
    ]),
  ];
}

/**
 * Return a curve from border to border: the way there does not lie on the way back; of a box to itself, a loop above it.
 * @param {string} caller
 * @param {string} app
 * @returns {string}
 */
function path(caller, app) {
  const [x1, y1] = BOXES[caller] ?? [0, 0];
  const [x2, y2] = BOXES[app] ?? [0, 0];
  if (caller === app) return `M${x1 + 10} ${y1 - BOX_HIGH / 2}c4 -13 -24 -13 -20 -1`;
  /** @type {[number, number]} */
  const bend = [(x1 + x2) / 2 + BEND * (y2 - y1), (y1 + y2) / 2 - BEND * (x2 - x1)];
  return `M${border(caller, bend)}Q${bend} ${border(app, bend)}`;
}

/**
 * Return where the line from the middle of a box to a point leaves it.
 * @param {string} name
 * @param {[number, number]} toward
 */
function border(name, toward) {
  const [x, y, wide] = BOXES[name] ?? [0, 0, 0];
  const [across, down] = [toward[0] - x, toward[1] - y];
  const scale = Math.min(wide / 2 / Math.abs(across || 0.01), BOX_HIGH / 2 / Math.abs(down || 0.01));
  return `${(x + across * scale).toFixed(1)} ${(y + down * scale).toFixed(1)}`;
}
