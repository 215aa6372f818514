import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../src/random.js';
import { VARIANTS } from '../src/variants.js';

const times = (n, ask) => Array.from({ length: n }, ask);

test('the same seed gives the same numbers, another seed others', () => {
  const [first, same, other] = [seeded(7), seeded(7), seeded(8)].map((random) => times(100, random));

  assert.deepEqual(first, same);
  assert.notDeepEqual(first, other);
  assert.ok(first.every((number) => number >= 0 && number < 1));
});

test('seed 1 begins as it is written down, so that a seed from an old log still tells the same story', () => {
  assert.deepEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522], times(3, seeded(1)));
});

test('v1 never fails', () => {
  const v1 = VARIANTS.v1({});

  assert.deepEqual([false, 0, true], [v1.fails(), v1.delay(), v1.healthy()]);
});

test('v-faulty fails one reading in two and is healthy', () => {
  // A fair coin gives 4,800 to 5,200 of 10,000 for all but 6 in 100,000 seeds.
  const faulty = VARIANTS['v-faulty']({ random: seeded(1) });
  const failed = times(10_000, faulty.fails).filter(Boolean).length;

  assert.ok(failed >= 4_800 && failed <= 5_200, `${failed} of 10,000`);
  assert.deepEqual([0, true], [faulty.delay(), faulty.healthy()]);
});

test('v-delayed holds back one reading in two for 7 s', () => {
  const draws = [0, 0.499, 0.5, 0.999];
  const delayed = VARIANTS['v-delayed']({ random: () => draws.shift() });

  assert.deepEqual([7_000, 7_000, 0, 0], times(4, delayed.delay));
  assert.equal(false, delayed.fails());
});

test('v-unavailable works for a minute, fails for a minute, and is healthy throughout', () => {
  const at = [0, 59_999, 60_000, 119_999, 120_000];
  const unavailable = VARIANTS['v-unavailable']({ now: () => at.shift() });

  assert.deepEqual([false, false, true, true, false], times(5, unavailable.fails));
  assert.equal(true, unavailable.healthy());
});

test('v-unhealthy works for a quarter of an hour, then fails for another and says so', () => {
  let now = 15 * 60_000 - 1;
  const unhealthy = VARIANTS['v-unhealthy']({ now: () => now });
  const before = [unhealthy.fails(), unhealthy.healthy()];
  now += 1;

  assert.deepEqual([false, true], before);
  assert.deepEqual([true, false], [unhealthy.fails(), unhealthy.healthy()]);
});
