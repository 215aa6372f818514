/** Three sliders whose weights are 100 together; what they would change is shown, and asked for when they are let go. */

/** @import { Picture } from "../picture.js" */

import { ask } from '../actions.js';
import { byId, make, mark, style, write } from '../dom.js';
import { SHAPES, VERSIONS } from '../picture.js';
import { say } from '../words.js';

/** @type {number[] | null} */
let inForce = null;
/** What is being moved; null while the hand is off. */
/** @type {number[] | null} */
let wanted = null;

/** Build the sliders. */
export function build() {
  byId('weights').append(...VERSIONS.map((version, number) => slider(version, number)));
}

/**
 * Show the weights in force, but not under a hand that moves them.
 * @param {Picture} picture
 */
export function show({ rule, mode }) {
  inForce = rule.weights;
  byId('weights').toggleAttribute('disabled', mode !== 'live');
  draw();
}

/**
 * Return weights that are 100 together when one of them becomes this: the others keep their proportion.
 * @param {number[]} weights
 * @param {number} number which is moved
 * @param {number} value
 * @returns {number[]}
 */
export function moved(weights, number, value) {
  const others = weights.reduce((sum, weight, index) => (index === number ? sum : sum + weight), 0);
  const rest = 100 - value;
  const parts = weights.map((weight, index) => {
    if (index === number) return value;
    return Math.floor(others ? (weight * rest) / others : rest / (weights.length - 1));
  });
  // What rounding leaves over goes to the largest of the others.
  const spare = 100 - parts.reduce((sum, part) => sum + part, 0);
  const [largest] = [...parts.keys()]
    .filter((index) => index !== number)
    .sort((one, other) => (parts[other] ?? 0) - (parts[one] ?? 0));
  return parts.map((part, index) => (index === largest ? part + spare : part));
}

/**
 * @param {string} version
 * @param {number} number
 * @returns {HTMLLabelElement}
 */
function slider(version, number) {
  const range = make('input', {
    type: 'range',
    min: '0',
    max: '100',
    step: '1',
    id: `weight-${version}`,
    'data-version': version,
  });
  range.addEventListener('input', () => {
    wanted = moved(wanted ?? inForce ?? [34, 33, 33], number, Number(range.value));
    draw();
  });
  range.addEventListener('change', () => {
    // Every press of an arrow key is a change of its own: the release of the key is what ends it.
    if (!range.dataset.pressed) release();
  });
  range.addEventListener('keydown', () => mark(range, 'data-pressed', ''));
  range.addEventListener('keyup', () => {
    mark(range, 'data-pressed', false);
    release();
  });
  return make('label', { 'data-version': version }, [
    make('span', {}, [`${SHAPES[/** @type {keyof typeof SHAPES} */ (version)]} ${version}`]),
    range,
    make('output', { id: `change-${version}`, for: range.id }),
  ]);
}

async function release() {
  if (!wanted) return;
  const weights = wanted;
  if (String(weights) !== String(inForce)) await ask('weights', { weights });
  if (wanted === weights) wanted = null;
  draw();
}

function draw() {
  for (const [number, version] of VERSIONS.entries()) {
    const range = /** @type {HTMLInputElement} */ (byId(`weight-${version}`));
    const now = inForce?.[number];
    const next = wanted?.[number];
    range.value = String(next ?? now ?? 0);
    style(range, '--part', String(Number(range.value) / 100));
    mark(range, 'aria-valuetext', `${range.value} %`);
    const difference = next !== undefined && next !== now;
    const output = byId(`change-${version}`);
    write(output, difference ? say('from_to', { from: now ?? '–', to: next }) : String(now ?? '–'));
    mark(output, 'data-changed', difference && '');
  }
}
