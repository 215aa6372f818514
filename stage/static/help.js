/** The help: every key that does something now, and what the marks mean. */

/** @import { Key } from "./keys.js" */
/** @import { Picture } from "./picture.js" */

import { byId, make, write } from './dom.js';
import { serves } from './keys.js';
import { say } from './words.js';

/** The keys that stand at the foot of the screen: those that somebody without a rehearsal needs. */
const HINTS = new Set(['ArrowRight', 'p', 'f', 'u', 'r', ' ', '<', '>', '.', '?']);

/** @type {Map<Key, HTMLButtonElement>} */
const hints = new Map();

/**
 * Open the help.
 * @param {Key[]} keys
 * @param {Picture | null} picture
 */
export function openHelp(keys, picture) {
  const useful = keys.filter((key) => !picture || serves(key, picture));
  byId('keys').replaceChildren(
    ...useful.map((key) =>
      make('div', {}, [make('dt', {}, [make('kbd', {}, [key.face])]), make('dd', {}, [say(key.word)])]),
    ),
  );
  write(byId('legend'), say('legend'));
  const dialog = byId('help');
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
}

/**
 * Build the keys at the foot of the screen; what comes next stands beside its key.
 * @param {Key[]} keys
 */
export function buildHints(keys) {
  for (const key of keys.filter(({ key }) => HINTS.has(key))) {
    const next = key.key === 'ArrowRight';
    const attributes = { type: 'button', class: next ? 'hint next' : 'hint', 'data-key': key.key };
    const label = make('span', next ? { id: 'next' } : { 'data-word': `hint_${key.word}` });
    hints.set(key, make('button', attributes, [make('kbd', {}, [key.face]), ' ', label]));
  }
  byId('hints').append(...hints.values());
}

/**
 * Show the keys that do something now.
 * @param {Picture} picture
 */
export function show(picture) {
  for (const [key, button] of hints) button.hidden = !serves(key, picture);
}
