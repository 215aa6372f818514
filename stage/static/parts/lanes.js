/** A dot per answer, as clients see them: form and colour of its version, hollow without stars, crossed when it failed. */

/** @import { Dot, Picture, Version } from "../picture.js" */

import { all, byId, style, write } from '../dom.js';
import { VERSIONS } from '../picture.js';
import { figure, say } from '../words.js';

/** Milliseconds from the left edge of a lane to the right one. */
const SPAN = 15_000;
/** The most dots that are kept: a lane's span at 100 answers a second, and some. */
const MOST = 2000;
/** Milliseconds between two drawings. */
const PACE = 33;

const still = matchMedia('(prefers-reduced-motion: reduce)');

/** @type {Dot[]} */
let dots = [];
let since = 0;
/** Somebody is routed by name: only then does it matter who asked. */
let routed = false;
/** Milliseconds from this browser's clock to the server's. */
let offset = Number.NaN;
let drawn = 0;
let counted = 0;
let latest = 0;
/** @type {Record<string, string>} */
let colours = {};

/** Begin to draw. */
export function build() {
  const canvas = /** @type {HTMLCanvasElement} */ (byId('lanes'));
  const step = (/** @type {number} */ moment) => {
    if (moment - drawn >= PACE && !still.matches) {
      drawn = moment;
      paint(canvas);
    }
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
  new ResizeObserver(() => place(canvas)).observe(byId('versions'));
}

/**
 * Take in the answers since the last picture.
 * @param {Picture} picture
 */
export function show(picture) {
  // A recording that begins again has no past yet.
  if (picture.now_ms < latest - 1000) dots = [];
  latest = picture.now_ms;
  dots = [...dots, ...picture.dots].slice(-MOST);
  since = picture.rule.since_ms;
  routed = picture.rule.user;
  const apart = picture.now_ms - performance.now();
  // A picture that was on its way for a little longer must not make every dot jump.
  offset = Math.abs(apart - offset) < 1000 ? offset + (apart - offset) / 10 : apart;
  colours = palette();
  if (still.matches) count(picture.now_ms);
}

/**
 * Say the numbers in place of the dots, once a second, and none of those under another rule.
 * @param {number} now
 */
function count(now) {
  if (Math.abs(now - counted) < 1000) return;
  counted = now;
  const from = Math.max(now - SPAN, since);
  const recent = dots.filter(([at]) => at > from);
  for (const cell of all('[data-lane]')) {
    const answers = recent.filter(([, version]) => version === cell.dataset.lane).length;
    write(cell, say('answers_in', { answers: figure(answers), seconds: Math.round((now - from) / 1000) }));
  }
}

/** @returns {Record<string, string>} */
function palette() {
  const set = getComputedStyle(document.documentElement);
  const names = ['v1', 'v2', 'v3', 'fails', 'soft', 'line', 'holds', 'card'];
  return Object.fromEntries(names.map((name) => [name, set.getPropertyValue(`--${name}`)]));
}

/**
 * Lay the canvas over the lanes of the table, sharp on every screen.
 * @param {HTMLCanvasElement} canvas
 */
function place(canvas) {
  const [first] = all('[data-lane]');
  const card = canvas.parentElement;
  if (!first || !card) return;
  const origin = card.getBoundingClientRect();
  const { left, width } = first.getBoundingClientRect();
  const { top, height } = byId('versions').getBoundingClientRect();
  for (const [name, value] of Object.entries({ left: left - origin.left, top: top - origin.top, width, height })) {
    style(canvas, name, `${value}px`);
  }
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
}

/** @param {HTMLCanvasElement} canvas */
function paint(canvas) {
  const pen = canvas.getContext('2d');
  if (!pen || Number.isNaN(offset)) return;
  const now = performance.now() + offset;
  const { width, height } = canvas;
  const lane = height / VERSIONS.length;
  const size = lane / 12;
  /** @param {number} at */
  const across = (at) => width - size * 2 - ((now - at) / SPAN) * width;
  pen.clearRect(0, 0, width, height);
  pen.lineWidth = Math.max(1, size / 6);
  pen.strokeStyle = colours.line ?? '';
  for (const [number] of VERSIONS.entries()) line(pen, 0, lane * (number + 0.5), width, lane * (number + 0.5));
  const change = across(since);
  if (since && change > 0 && change < width) {
    pen.strokeStyle = colours.holds ?? '';
    pen.lineWidth = Math.max(2, size / 2.5);
    pen.setLineDash([size, size * 0.7]);
    line(pen, change, 0, change, height);
    pen.setLineDash([]);
  }
  for (const dot of dots) {
    const x = across(dot[0]);
    if (x < -size || x > width) continue;
    pen.globalAlpha = dot[0] < since ? 0.3 : 0.8;
    answer(pen, dot, x, lane, size);
  }
  pen.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Dot} dot
 * @param {number} x
 * @param {number} lane the height of one
 * @param {number} size
 */
function answer(pen, [at, version, kind, user], x, lane, size) {
  const row = VERSIONS.indexOf(/** @type {Version} */ (version));
  // A failure that no version answered for belongs to no lane: such ones are strewn over all of them.
  const y =
    row < 0 ? scatter(at) * lane * VERSIONS.length : lane * (row + 0.5) + (scatter(at) - 0.5) * (lane - size * 4);
  const colour = (version && kind !== 'failed' ? colours[version] : colours.fails) ?? '';
  pen.fillStyle = pen.strokeStyle = colour;
  pen.lineWidth = size / 2.5;
  if (kind === 'failed') {
    line(pen, x - size, y - size, x + size, y + size);
    line(pen, x - size, y + size, x + size, y - size);
    return;
  }
  shape(pen, version, x, y, size);
  if (kind === 'no_stars' && version !== 'v1') {
    pen.fillStyle = colours.card ?? '';
    pen.fill();
    pen.stroke();
  } else pen.fill();
  if (user && routed) {
    pen.lineWidth = size / 4;
    pen.beginPath();
    pen.arc(x, y, size * 1.75, 0, 2 * Math.PI);
    pen.stroke();
  }
}

/**
 * Trace the form of a version.
 * @param {CanvasRenderingContext2D} pen
 * @param {string} version
 * @param {number} x
 * @param {number} y
 * @param {number} size
 */
function shape(pen, version, x, y, size) {
  pen.beginPath();
  if (version === 'v1') pen.arc(x, y, size, 0, 2 * Math.PI);
  else if (version === 'v2') pen.rect(x - size * 0.9, y - size * 0.9, size * 1.8, size * 1.8);
  else {
    pen.moveTo(x, y - size * 1.15);
    pen.lineTo(x + size * 1.15, y + size);
    pen.lineTo(x - size * 1.15, y + size);
    pen.closePath();
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} x1
 * @param {number} y1
 * @param {number} x2
 * @param {number} y2
 */
function line(pen, x1, y1, x2, y2) {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

/**
 * Return a number from 0 to 1 that belongs to this moment: the same dot stands at the same height in every drawing.
 * @param {number} at
 * @returns {number}
 */
function scatter(at) {
  return (at * 0.618_033_988_75) % 1;
}
