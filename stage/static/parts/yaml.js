/** YAML in colours: enough of it to be read from the last row, and no more. */

/** @import { Line } from "../picture.js" */

import { make } from '../dom.js';

/** In this order, what a line is made of: a remark, a key, a string, a version, a number or a yes and no. */
const TOKENS = [
  { kind: 'remark', form: /^#.*/ },
  { kind: 'key', form: /^[\w./-]+(?=:(\s|$))/ },
  { kind: 'string', form: /^("([^"\\]|\\.)*"|'[^']*')/ },
  { kind: 'v1', form: /^v1\b/ },
  { kind: 'v2', form: /^v2\b/ },
  { kind: 'v3', form: /^v3\b/ },
  { kind: 'value', form: /^(true|false|null|-?\d+(\.\d+)?(m?s)?)(?=$|[\s,\]}])/ },
  { kind: '', form: /^(\s+|[\w./-]+|.)/u },
];

/**
 * Return the lines as elements; changed ones carry their sign, so that colour is not all that tells them apart.
 * @param {Line[]} lines
 * @returns {HTMLElement[]}
 */
export function rows(lines) {
  return lines.map(({ text, change }) =>
    make('span', change ? { class: 'row', 'data-change': change } : { class: 'row' }, tokens(text)),
  );
}

/** What every object begins with, and nobody reads on stage while there is something better to show. */
const HEAD = /^(---|apiVersion:|kind:|metadata:|spec:| {2}(hosts|http):)/;

/**
 * Return the lines that fit: the changed ones first, then those beside them; a mark stands where some are left out below.
 * @param {Line[]} lines
 * @param {number} room how many rows there are
 * @returns {Line[]}
 */
export function around(lines, room) {
  const changed = [...lines.keys()].filter((index) => lines[index]?.change);
  const importance = lines.map(({ text, change }, index) => {
    const far = changed.length ? Math.min(...changed.map((other) => Math.abs(other - index))) : index;
    return change && HEAD.test(text) ? 2 : far;
  });
  let chosen = new Set();
  for (const index of [...lines.keys()].sort((one, other) => (importance[one] ?? 0) - (importance[other] ?? 0))) {
    const larger = new Set([...chosen, index]);
    if (withGaps(lines, larger).length <= room) chosen = larger;
  }
  return withGaps(lines, chosen);
}

/**
 * @param {Line[]} lines
 * @param {Set<number>} chosen
 * @returns {Line[]}
 */
function withGaps(lines, chosen) {
  /** @type {Line[]} */
  const shown = [];
  for (const [index, line] of lines.entries()) {
    if (chosen.has(index)) shown.push(line);
    else if (chosen.has(index - 1)) shown.push({ text: '⋯', change: '' });
  }
  return shown;
}

/**
 * Return a text as lines without a change.
 * @param {string} text
 * @returns {Line[]}
 */
export function unchanged(text) {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => ({ text: line, change: '' }));
}

/**
 * @param {string} text
 * @returns {(Node | string)[]}
 */
function tokens(text) {
  const found = [];
  let rest = text;
  while (rest) {
    const { kind, form } = /** @type {typeof TOKENS[number]} */ (TOKENS.find((token) => token.form.test(rest)));
    const word = /** @type {RegExpMatchArray} */ (rest.match(form))[0];
    found.push(kind ? make('span', { class: kind }, [word]) : word);
    rest = rest.slice(word.length);
  }
  return found;
}
