import { VARIANTS } from './variants.js';

/** An environment that makes no sense; the message is one line for the person who set it. */
export class Misconfigured extends Error {}

/** What the environment asks for, or Misconfigured. */
export function settings(env) {
  return Object.freeze({
    port: wholeNumber(env, 'PORT', 9080, 65_535),
    host: env.BIND_HOST || undefined, // undefined: every interface, IPv6 where there is one
    version: version(env.SERVICE_VERSION || 'v1'),
    seed: wholeNumber(env, 'SEED', undefined, 2 ** 32 - 1),
    accessLog: flag(env, 'ACCESS_LOG'),
  });
}

function wholeNumber(env, name, standard, largest) {
  const text = env[name];
  if (text === undefined || text === '') return standard;
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number <= largest) return number;
  throw new Misconfigured(`${name}=${text}: not a whole number from 0 to ${largest}`);
}

function flag(env, name) {
  const text = env[name] || 'false';
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  throw new Misconfigured(`${name}=${text}: neither true nor false`);
}

function version(name) {
  if (Object.hasOwn(VARIANTS, name)) return name;
  const known = Object.keys(VARIANTS).join(', ');
  if (/^v2(-|$)/.test(name)) {
    throw new Misconfigured(`SERVICE_VERSION=${name}: ratings kept in a database are not built; there are ${known}`);
  }
  throw new Misconfigured(`SERVICE_VERSION=${name}: no such version; there are ${known}`);
}
