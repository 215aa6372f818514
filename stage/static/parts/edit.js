/** The rule, edited on stage: checked as it is typed, its difference shown, and applied only when it is asked for. */

/** @import { Line, Problem } from "../picture.js" */

import { ask } from '../actions.js';
import { byId, make } from '../dom.js';
import { say } from '../words.js';
import { rows, unchanged } from './yaml.js';

/** Milliseconds without a key before what was typed is checked. */
const PAUSE = 250;

/** @type {import("./editor.js").Editor | null} */
let editor = null;
let timer = 0;
let asked = 0;

/** Make the buttons of the dialog work. */
export function buildEdit() {
  byId('apply').addEventListener('click', apply);
  byId('leave').addEventListener('click', () => dialog().close());
  dialog().addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.ctrlKey) apply();
  });
}

/**
 * Open the editor with this rule.
 * @param {string} text
 * @param {boolean} dark
 */
export async function openEdit(text, dark) {
  dialog().showModal();
  // The editor is large, and most talks never need it.
  const { createEditor } = await import('./editor.js');
  editor ??= createEditor(byId('editor'), { onChange: later });
  editor.setLabel(say('edit_rule'));
  editor.setDark(dark);
  editor.setText(text);
  editor.focus();
  check();
}

/** @returns {HTMLDialogElement} */
function dialog() {
  return /** @type {HTMLDialogElement} */ (byId('edit'));
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE);
}

async function check() {
  asked += 1;
  const number = asked;
  const found = await ask('check', { yaml: editor?.getText() ?? '' }, refused);
  // Of several checks on their way, only the newest is about what stands there.
  if (found && number === asked) tell(found.problems, found.lines, found.refused);
}

/**
 * @param {Problem[]} problems
 * @param {Line[]} lines
 * @param {boolean} isRefused what is no reason to refuse is a remark
 */
function tell(problems, lines, isRefused) {
  editor?.setProblems(problems, isRefused);
  byId('problems').replaceChildren(
    ...problems.map(({ line, text }) => make('li', {}, [line ? `${say('line', { line })}: ${text}` : text])),
  );
  byId('difference').replaceChildren(...rows(lines.length || isRefused ? lines : unchanged(say('nothing_changes'))));
  byId('apply').toggleAttribute('disabled', isRefused);
}

async function apply() {
  if (byId('apply').hasAttribute('disabled')) return;
  if (await ask('apply', { yaml: editor?.getText() ?? '' }, refused)) dialog().close();
}

/** @param {string} reason */
function refused(reason) {
  byId('problems').replaceChildren(...(reason ? [make('li', {}, [reason])] : []));
}
