/** What the presenter asks of the server. The answer is in the next picture; only a refusal is told here. */

import { say } from './words.js';

const token = document.querySelector('meta[name="token"]');
let listener = (/** @type {string} */ _reason) => {};
/** What was asked for last.
 * @type {Promise<unknown>} */
let before = Promise.resolve();

/**
 * Name who is told why something was refused, and that it no longer is (an empty reason).
 * @param {(reason: string) => void} told
 */
export function onRefusal(told) {
  listener = told;
}

/**
 * Ask for an action by its name, once the one before has been answered: of two keys the later one counts.
 * Resolves to the answer, or to null where it was refused.
 * @param {string} name
 * @param {object} body
 * @param {(reason: string) => void} refused told instead of the listener
 * @returns {Promise<Record<string, any> | null>}
 */
export function ask(name, body = {}, refused = listener) {
  refused('');
  const asked = before.then(() => answerTo(name, body, refused));
  before = asked;
  return asked;
}

/**
 * @param {string} name
 * @param {object} body
 * @param {(reason: string) => void} refused
 * @returns {Promise<Record<string, any> | null>}
 */
async function answerTo(name, body, refused) {
  try {
    const answer = await send(name, body);
    if (answer.ok) return await answer.json();
    refused(await reason(answer));
  } catch {
    refused(say('unreachable'));
  }
  return null;
}

/**
 * Send an action, once more with a new token where the server has been started anew and no longer knows this one.
 * @param {string} name
 * @param {object} body
 * @returns {Promise<Response>}
 */
async function send(name, body) {
  const used = known();
  const answer = await post(name, body);
  if (answer.status !== 403 || !(await renew(used))) return answer;
  return post(name, body);
}

/** @returns {string} */
function known() {
  return token?.getAttribute('content') ?? '';
}

/**
 * @param {string} name
 * @param {object} body
 * @returns {Promise<Response>}
 */
function post(name, body) {
  const headers = { 'Content-Type': 'application/json', 'X-Stage-Token': known() };
  return fetch(`do/${name}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

/**
 * Have the token of the server that answers now; false where it is the one that was used. Of several keys that were
 * pressed at once, the first has fetched it for all.
 * @param {string} used
 * @returns {Promise<boolean>}
 */
async function renew(used) {
  if (known() !== used) return true;
  const page = await fetch(location.href);
  const found = new DOMParser().parseFromString(await page.text(), 'text/html').querySelector('meta[name="token"]');
  const renewed = found?.getAttribute('content') ?? '';
  if (!renewed || renewed === used) return false;
  token?.setAttribute('content', renewed);
  return true;
}

/**
 * @param {Response} answer
 * @returns {Promise<string>}
 */
async function reason(answer) {
  const told = await answer.json().catch(() => ({}));
  return typeof told.error === 'string' ? told.error : say('refused', { status: answer.status });
}
