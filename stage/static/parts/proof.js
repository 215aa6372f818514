/** A run, from this stage or any terminal: its claims, its progress, and its verdict as it comes. */

/** @import { Picture, Run } from "../picture.js" */

import { byId, make, mark, write } from '../dom.js';
import { figure, say } from '../words.js';

/** A verdict is a sign and a word; its colour comes last, and is never green without proof. */
export const SIGNS = /** @type {const} */ ({ HOLDS: '✓', FAILS: '✗', INCONCLUSIVE: '?' });

/**
 * Show the run in place of the map.
 * @param {Picture} picture
 */
export function show({ run }) {
  byId('proof').hidden = run === null;
  mark(document.body, 'data-proof', run !== null && (isOver(run) ? 'over' : 'running'));
  if (!run) return;
  write(byId('run-title'), run.title);
  write(byId('command'), run.command);
  const verdict = byId('verdict');
  write(verdict, said(run));
  mark(verdict, 'data-verdict', state(run));
  const claims = byId('claims');
  if (String(run.claims) !== claims.dataset.claims) {
    claims.dataset.claims = String(run.claims);
    claims.replaceChildren(...run.claims.map((claim) => make('li', {}, [claim])));
  }
  write(byId('reasons'), run.error || [...run.facts, ...run.reasons].join(' · '));
  mark(byId('proof'), 'data-told', run.facts.length > 0 && '');
  byId('progress').hidden = isOver(run);
  byId('stop').hidden = run.from !== 'stage';
  const bar = /** @type {HTMLProgressElement} */ (byId('answered'));
  bar.max = run.of || 1;
  bar.value = Math.min(run.answers, bar.max);
  write(byId('step'), say('progress', { step: run.step, answers: figure(run.answers), of: figure(run.of) }));
}

/**
 * Return the verdict as it is read: its sign and its word; of a run that goes on, that it does.
 * @param {Run} run
 * @returns {string}
 */
export function said(run) {
  if (run.error) return `! ${say('run_error')}`;
  return run.verdict ? `${SIGNS[run.verdict]} ${say(run.verdict)}` : `… ${say(`run_${run.from}`)}`;
}

/** @param {Run} run */
function isOver(run) {
  return run.verdict !== '' || run.error !== '';
}

/** @param {Run} run */
function state(run) {
  return run.error ? 'ERROR' : run.verdict || 'RUNNING';
}
