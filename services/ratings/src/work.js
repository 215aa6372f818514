import { setTimeout as passed } from 'node:timers/promises';
import { Refused } from './ratings.js';

export const WORK_HEADER = 'work-ms';
export const MOST_WORK_MS = 1_000;
// The rest is waited, as for a disk: an autoscaler sees a busy instance, and a laptop has room for several.
const COMPUTED_SHARE = 0.1;

/** The milliseconds of work that a request asks for, none without the header; Refused if that is no number of them. */
export function askedWork(headers) {
  const text = headers[WORK_HEADER] ?? '0';
  const milliseconds = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (milliseconds <= MOST_WORK_MS) return milliseconds;
  throw new Refused(400, `${WORK_HEADER}: ${text}: not a whole number from 0 to ${MOST_WORK_MS}`);
}

/** What an instance has of hands: one pair, so that work waits for the work before it. */
export class Worker {
  #before = Promise.resolve();

  /** Resolves once so many milliseconds of work are done; work that `isWanted()` denies when its turn comes is left out. */
  work(milliseconds, isWanted) {
    this.#before = this.#before.then(() => (isWanted() ? labour(milliseconds) : undefined));
    return this.#before;
  }
}

async function labour(milliseconds) {
  const begun = performance.now();
  while (performance.now() - begun < milliseconds * COMPUTED_SHARE);
  await passed(Math.max(0, milliseconds - (performance.now() - begun)));
}
