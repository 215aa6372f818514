/** The bar and the line to say: where the talk is, and what comes next. */

/** @import { Phase, Picture } from "../picture.js" */

import { ask } from '../actions.js';
import { byId, make, mark, style, write } from '../dom.js';
import { figure, say } from '../words.js';

const PHASES = /** @type {readonly Phase[]} */ (['say', 'do', 'show', 'prove']);

/** So many episodes have room for all of their titles; of more, the others are numbers. */
const TITLED = 3;

/** The smallest that a sentence is set to keep to one row; a longer one has two, in the room of one. */
const SMALLEST = 0.7;

/** Milliseconds for which it is said that this browser was too slow. */
const MISSED_LASTS = 3000;

/** Milliseconds that the server's clock is ahead of this browser's. */
let ahead = 0;
/** @type {Picture["show"] | null} */
let shown = null;
/** How many pictures were missed of late, and until when that is said. */
let missed = { count: 0, until: 0 };

/** Build what does not change: the steps, which are buttons, and the clocks, which go on between the pictures. */
export function build() {
  byId('phases').append(
    ...PHASES.map((phase) => step('phase', phase, () => ask('goto', { episode: shown?.episode ?? 1, phase }))),
  );
  setInterval(tick, 1000);
}

/**
 * Show where the talk is.
 * @param {Picture} picture
 */
export function show(picture) {
  ahead = picture.now_ms - Date.now();
  shown = picture.show;
  episodes(picture.show);
  for (const phase of PHASES) {
    for (const button of document.querySelectorAll(`[data-phase=${phase}]`)) {
      write(button, say(phase));
      mark(button, 'aria-current', phase === picture.show.phase && 'step');
    }
  }
  speakLine(picture.show.line);
  write(byId('next'), picture.show.next);
  write(byId('language'), say('other_language'));
  demo(picture);
  tick();
}

/**
 * Show the episodes of the talk; a stage that was started anew may have another talk.
 * @param {Picture["show"]} show
 */
function episodes({ episodes, episode: current }) {
  const steps = byId('episodes');
  if (steps.childElementCount !== episodes.length) {
    const numbers = episodes.map((_, index) => index + 1);
    steps.replaceChildren(
      ...numbers.map((episode) => step('episode', episode, () => ask('goto', { episode, phase: 'say' }))),
    );
  }
  mark(steps, 'data-many', episodes.length > TITLED && '');
  for (const [index, title] of episodes.entries()) {
    const button = steps.children[index];
    if (!button) continue;
    const isCurrent = index + 1 === current;
    write(button, isCurrent || episodes.length <= TITLED ? title : String(index + 1));
    mark(button, 'title', title);
    mark(button, 'aria-label', title);
    mark(button, 'aria-current', isCurrent && 'step');
  }
}

/**
 * Write the sentence to say, smaller where it is too long for its row.
 * @param {string} sentence
 */
function speakLine(sentence) {
  const line = byId('line');
  if (line.textContent === sentence) return;
  mark(line, 'data-long', false);
  style(line, '--fit', '1');
  write(line, sentence);
  const fit = line.clientWidth / line.scrollWidth;
  if (fit >= SMALLEST) style(line, '--fit', String(fit));
  else mark(line, 'data-long', '');
}

/** @param {Picture} picture */
function demo({ demo: { platform, proxies, answers }, mode, replay, skipped }) {
  const where = byId('demo');
  const failed = mode === 'live' && !answers;
  const name = proxies ? say('demo', { platform: say(platform), proxies }) : say(platform);
  write(where, failed ? `✗ ${say('no_answer')}` : name);
  mark(where, 'data-failed', failed && '');
  where.hidden = mode !== 'live';
  const kinds = [];
  if (mode === 'rehearsal') kinds.push(say('rehearsal'));
  else if (replay) {
    const { speed, at_s, of_s } = replay;
    kinds.push(say(replay.paused ? 'replay_paused' : 'replay', { speed, at_s: figure(at_s), of_s: figure(of_s) }));
  }
  if (skipped) missed = { count: skipped, until: Date.now() + MISSED_LASTS };
  if (Date.now() < missed.until) kinds.push(say('skipped', { count: missed.count }));
  write(byId('mode'), kinds.join(' · '));
  byId('mode').hidden = kinds.length === 0;
}

/**
 * @param {string} name
 * @param {string | number} value
 * @param {() => void} act
 * @returns {HTMLButtonElement}
 */
function step(name, value, act) {
  const button = make('button', { type: 'button', [`data-${name}`]: String(value) });
  button.addEventListener('click', act);
  return button;
}

function tick() {
  if (!shown) return;
  write(byId('talk-clock'), clock(shown.talk_started_ms));
  write(byId('step-clock'), clock(shown.step_started_ms));
}

/**
 * Return minutes and seconds since a moment of the server's clock; nothing where there is none yet.
 * @param {number} since_ms
 * @returns {string}
 */
function clock(since_ms) {
  if (!since_ms) return '';
  const seconds = Math.max(0, Math.floor((Date.now() + ahead - since_ms) / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}
