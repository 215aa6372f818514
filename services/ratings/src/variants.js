/**
 * How each version fails on purpose. A variant is asked once per reading of ratings:
 * `fails()` says whether it is answered with 503, `delay()` how many milliseconds it waits, `healthy()` what /health tells.
 */

export const FAULTY_SHARE = 0.5;
export const DELAYED_SHARE = 0.5;
export const DELAY_MS = 7_000;
export const UNAVAILABLE_PERIOD_MS = 60_000;
export const UNHEALTHY_PERIOD_MS = 15 * 60_000;

const SOUND = Object.freeze({ fails: () => false, delay: () => 0, healthy: () => true });

/** By SERVICE_VERSION; `random` gives numbers from 0 up to 1, `now` the milliseconds since the start. */
export const VARIANTS = Object.freeze({
  v1: () => SOUND,
  'v-faulty': ({ random }) => ({ ...SOUND, fails: () => random() < FAULTY_SHARE }),
  'v-delayed': ({ random }) => ({ ...SOUND, delay: () => (random() < DELAYED_SHARE ? DELAY_MS : 0) }),
  'v-unavailable': ({ now }) => ({ ...SOUND, fails: () => !isUp(now(), UNAVAILABLE_PERIOD_MS) }),
  'v-unhealthy': ({ now }) => {
    const up = () => isUp(now(), UNHEALTHY_PERIOD_MS);
    return { ...SOUND, fails: () => !up(), healthy: up };
  },
});

/** Up for the first period, down for the second, and so on in turn. */
function isUp(elapsed, period) {
  return Math.floor(elapsed / period) % 2 === 0;
}
