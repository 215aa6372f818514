/** The labels of the screen, in the language of the picture. They come with the page, from stage/talk. */

import { all, byId, mark, write } from './dom.js';

/** @type {Record<string, Record<string, string>>} */
const catalogue = JSON.parse(byId('words').textContent ?? '{}');

let language = document.documentElement.lang;

/**
 * Return a label with its places filled, or its name where the catalogue has none: a missing word never stops a talk.
 * @param {string} name
 * @param {Record<string, string | number>} places
 * @returns {string}
 */
export function say(name, places = {}) {
  const words = catalogue[language]?.[name] ?? name;
  return words.replace(/\{(\w+)\}/g, (place, key) => String(places[key] ?? place));
}

/**
 * Speak another language: whatever stands in the page by name is written again.
 * @param {string} wanted
 */
export function speak(wanted) {
  language = wanted;
  mark(document.documentElement, 'lang', wanted);
  document.title = say('title');
  for (const element of all('[data-word]')) write(element, say(element.dataset.word ?? ''));
  // The map too, which is no HTML element.
  for (const element of document.querySelectorAll('[data-label]'))
    mark(element, 'aria-label', say(element.getAttribute('data-label') ?? ''));
}

const figures = new Map();

/**
 * Return a number as this language writes it; a tie goes to the even digit, as in terminal and report.
 * @param {number} value
 * @param {number} digits after the point
 * @param {'halfEven' | 'floor'} roundingMode
 * @returns {string}
 */
export function figure(value, digits = 0, roundingMode = 'halfEven') {
  const key = `${language} ${digits} ${roundingMode}`;
  if (!figures.has(key)) {
    const exactly = { minimumFractionDigits: digits, maximumFractionDigits: digits, roundingMode };
    figures.set(key, new Intl.NumberFormat(language, exactly));
  }
  return figures.get(key).format(value);
}

/**
 * Return a share as percent; whole and none are said without a tenth.
 * @param {number} share
 * @param {'halfEven' | 'floor'} roundingMode
 * @returns {string}
 */
export function percent(share, roundingMode = 'halfEven') {
  const hundredths = Number((share * 100).toFixed(6));
  return `${figure(hundredths, Number.isInteger(hundredths) ? 0 : 1, roundingMode)} %`;
}
