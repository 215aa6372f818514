/** The rule in force: its lines, what became of it, and the whole state on demand. */

/** @import { Picture, Rule } from "../picture.js" */

import { byId, mark, write } from '../dom.js';
import { figure, say } from '../words.js';
import { around, rows, unchanged } from './yaml.js';

/** @type {Rule | null} */
let shown = null;
let room = 0;

/** Draw the lines again where there is more or less room for them. */
export function build() {
  const lines = byId('lines');
  new ResizeObserver(() => {
    room = Math.max(1, Math.floor(lines.clientHeight / Number.parseFloat(getComputedStyle(lines).lineHeight)));
    if (shown) fill(shown);
  }).observe(lines);
}

/**
 * Show the rule and its status.
 * @param {Picture} picture
 */
export function show({ rule, mode }) {
  const status = byId('status');
  write(status, said(rule));
  mark(status, 'data-status', rule.status);
  write(byId('rule-title'), rule.title);
  byId('undo').toggleAttribute('disabled', !rule.undo || mode !== 'live');
  byId('edit-rule').toggleAttribute('disabled', mode !== 'live');
  if (shown && shown.revision === rule.revision && shown.lines.length === rule.lines.length && shown.yaml === rule.yaml)
    return;
  shown = rule;
  fill(rule);
}

/** Open the whole state as it is now. */
export function openWhole() {
  byId('whole-lines').replaceChildren(...rows(unchanged(shown?.whole ?? '')));
  const dialog = byId('whole');
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
}

/**
 * Return the rule's status as a sentence.
 * @param {Rule} rule
 * @returns {string}
 */
export function said(rule) {
  // Until the proxies have answered, nobody knows that they serve it.
  const status = rule.proxies === 0 && ['baseline', 'in_force'].includes(rule.status) ? 'unknown' : rule.status;
  return say(`rule_${status}`, { proxies: rule.proxies, ms: figure(Math.round(rule.after_ms)) });
}

/**
 * Return what there is to edit: what differs from the baseline, or what the baseline says of reviews.
 * @param {Rule} rule
 * @returns {string}
 */
export function toEdit(rule) {
  return rule.yaml || `${(reviews(rule.whole) ?? '').trimEnd()}\n`;
}

/** @param {Rule} rule */
function fill(rule) {
  const lines = rule.lines.length ? rule.lines : unchanged(reviews(rule.whole) ?? say('rule_same'));
  byId('lines').replaceChildren(...rows(around(lines, room)));
}

/**
 * Return what a state says of reviews: where nothing differs from the baseline, that is what the talk is about to change.
 * @param {string} whole
 * @returns {string | undefined}
 */
function reviews(whole) {
  const objects = whole.split(/^---\n/m);
  return objects.find((text) => /^kind: VirtualService\nmetadata: \{name: reviews,/m.test(text));
}
