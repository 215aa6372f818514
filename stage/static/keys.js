/** The keys of the talk. Each is a sentence of the help, so that what is said and what is done cannot differ. */

/** @import { Picture, Who } from "./picture.js" */

import { ask } from './actions.js';

const FAULTS = /** @type {const} */ (['', 'abort', 'delay', 'outage']);
const RATES = [5, 10, 15, 25, 50];
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];

/**
 * @typedef {object} Key
 * @property {string} key as the keyboard names it, letters small
 * @property {string} face what stands on it
 * @property {string} word the name of its sentence
 * @property {(picture: Picture) => unknown} act
 * @property {"demo" | "recording" | "talk"} [only] where there is a demo, a recording, or either of them in a talk
 */

/**
 * Return the keys, in the order of the help.
 * @param {{edit: () => void, whole: () => void, help: () => void}} open what the keys open in this browser alone
 * @returns {Key[]}
 */
export function keyboard(open) {
  return [
    { key: 'ArrowRight', face: '→', word: 'key_next', act: () => ask('next') },
    { key: 'ArrowLeft', face: '←', word: 'key_back', act: () => ask('back') },
    { key: 'p', face: 'P', word: 'key_prove', act: () => ask('prove'), only: 'talk' },
    { key: 's', face: 'S', word: 'key_stop', act: () => ask('stop_proof'), only: 'demo' },
    { key: ' ', face: '␣', word: 'key_pause', act: pause },
    { key: 'r', face: 'R', word: 'key_reset', act: () => ask('reset'), only: 'demo' },
    ...[1, 2, 3, 4, 5].map((number) => preset(number)),
    { key: 'f', face: 'F', word: 'key_fault', act: fault, only: 'demo' },
    { key: 'u', face: 'U', word: 'key_user', act: routeUser, only: 'demo' },
    { key: 'e', face: 'E', word: 'key_edit', act: open.edit, only: 'demo' },
    { key: 'z', face: 'Z', word: 'key_undo', act: () => ask('undo'), only: 'demo' },
    { key: 'w', face: 'W', word: 'key_whole', act: open.whole },
    { key: 'a', face: 'A', word: 'key_above', act: (picture) => enlarge(picture, 'anonymous') },
    { key: 'b', face: 'B', word: 'key_below', act: (picture) => enlarge(picture, 'end_user') },
    { key: 'n', face: 'N', word: 'key_reload', act: () => ask('reload') },
    { key: 'o', face: 'O', word: 'key_reloads', act: (picture) => ask('reload', { every: !picture.reloads }) },
    { key: '+', face: '+', word: 'key_faster', act: (picture) => rate(picture, 1), only: 'demo' },
    { key: '-', face: '−', word: 'key_slower', act: (picture) => rate(picture, -1), only: 'demo' },
    { key: '>', face: '>', word: 'key_speed_up', act: (picture) => speed(picture, 1), only: 'recording' },
    { key: '<', face: '<', word: 'key_slow_down', act: (picture) => speed(picture, -1), only: 'recording' },
    { key: '.', face: '.', word: 'key_step', act: () => ask('replay', { step: true }), only: 'recording' },
    { key: 'l', face: 'L', word: 'key_language', act: language },
    { key: 'd', face: 'D', word: 'key_dark', act: (picture) => ask('dark', { on: !picture.dark }) },
    { key: '?', face: '?', word: 'key_help', act: open.help },
    { key: 'Escape', face: 'Esc', word: 'key_close', act: (picture) => picture.large && ask('large', { who: '' }) },
  ];
}

/**
 * Say whether a key does anything with this picture.
 * @param {Key} key
 * @param {Picture} picture
 * @returns {boolean}
 */
export function serves(key, picture) {
  const there = { demo: picture.mode === 'live', recording: picture.replay !== null, talk: picture.mode !== 'replay' };
  return !key.only || there[key.only];
}

/**
 * Listen to the keyboard, but not while something is being typed or moved, or a dialog is open; and to the buttons of keys.
 * @param {Key[]} keys
 * @param {() => Picture | null} current
 */
export function listen(keys, current) {
  document.addEventListener('keydown', (event) => {
    const picture = current();
    if (!picture || event.ctrlKey || event.altKey || event.metaKey || isBusy(event)) return;
    const key = keys.find((candidate) => candidate.key === name(event) && serves(candidate, picture));
    if (!key) return;
    event.preventDefault();
    if (!event.repeat) key.act(picture);
  });
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('button[data-key]') : null;
    const key = keys.find((candidate) => candidate.key === button?.getAttribute('data-key'));
    const picture = current();
    if (key && picture) key.act(picture);
    // A button that was clicked would keep the focus, and the next space would press it instead of pausing.
    if (event.detail > 0 && document.activeElement instanceof HTMLButtonElement) document.activeElement.blur();
  });
}

/**
 * Return the key's name; with a Korean layout by its place, since R gives ㄱ there.
 * @param {KeyboardEvent} event
 * @returns {string}
 */
function name(event) {
  if (/^[ -~]$/.test(event.key)) return event.key.toLowerCase();
  return /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : event.key;
}

/**
 * @param {KeyboardEvent} event
 * @returns {boolean}
 */
function isBusy(event) {
  if (document.querySelector('dialog[open]')) return true;
  const target = event.target instanceof HTMLElement ? event.target : document.body;
  if (target.closest('input[type=text], textarea, select, [contenteditable]')) return true;
  if (target instanceof HTMLInputElement) return /^(Arrow|Page|Home|End)/.test(event.key);
  return target instanceof HTMLButtonElement && (event.key === ' ' || event.key === 'Enter');
}

/**
 * @param {number} number
 * @returns {Key}
 */
function preset(number) {
  const key = String(number);
  return { key, face: key, word: `key_preset_${number}`, act: () => ask('preset', { number }), only: 'demo' };
}

/** @param {Picture} picture */
function pause(picture) {
  return picture.replay ? ask('replay', { paused: !picture.replay.paused }) : ask('pause');
}

/** @param {Picture} picture */
function fault(picture) {
  const next = (FAULTS.indexOf(picture.rule.fault) + 1) % FAULTS.length;
  return ask('fault', { kind: FAULTS[next] });
}

/** @param {Picture} picture */
function routeUser(picture) {
  return ask('route_user', { on: !picture.rule.user });
}

/** @param {Picture} picture */
function language(picture) {
  return ask('language', { language: picture.language === 'ko' ? 'en' : 'ko' });
}

/**
 * @param {Picture} picture
 * @param {Who} who
 */
function enlarge(picture, who) {
  return ask('large', { who: picture.large === who ? '' : who });
}

/**
 * @param {Picture} picture
 * @param {1 | -1} by
 */
function rate(picture, by) {
  return ask('rate', { rate: neighbour(RATES, picture.traffic.rate, by) });
}

/**
 * @param {Picture} picture
 * @param {1 | -1} by
 */
function speed(picture, by) {
  return ask('replay', { speed: neighbour(SPEEDS, picture.replay?.speed ?? 1, by) });
}

/**
 * Return the next larger or smaller of some values, or the last there is.
 * @param {number[]} values rising
 * @param {number} value
 * @param {1 | -1} by
 * @returns {number}
 */
function neighbour(values, value, by) {
  const found =
    by > 0 ? values.find((candidate) => candidate > value) : values.findLast((candidate) => candidate < value);
  return found ?? value;
}
