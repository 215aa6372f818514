import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_WORK_MS, Worker } from '../src/work.js';
import { ask, served } from './serving.js';

const working = (milliseconds) => ({ headers: { connection: 'close', 'work-ms': milliseconds } });

test('work takes its time, and what comes meanwhile waits for it', async () => {
  const worker = new Worker();
  const begun = performance.now();
  const ended = [];
  await Promise.all([1, 2, 3].map((nth) => worker.work(20, () => true).then(() => ended.push(nth))));

  assert.deepEqual([1, 2, 3], ended);
  assert.ok(performance.now() - begun >= 57, 'three pieces of 20 ms were done at the same time');
});

test('work that nobody waits for any more is not done', async () => {
  const worker = new Worker();
  const begun = performance.now();
  await Promise.all([worker.work(5, () => true), worker.work(MOST_WORK_MS, () => false)]);

  assert.ok(performance.now() - begun < MOST_WORK_MS);
});

test('a request says how much work it is, and who asks for none overtakes it', async (t) => {
  const { url } = await served(t);
  const begun = performance.now();
  const order = [];
  const note = (name) => (answer) => order.push([name, answer.status]);
  const work = fetch(`${url}/ratings/0`, working(`${MOST_WORK_MS}`)).then(note('work'));
  await ask(`${url}/health`).then(note('health'));
  await work;

  assert.deepEqual(
    [
      ['health', 200],
      ['work', 200],
    ],
    order,
  );
  assert.ok(performance.now() - begun >= MOST_WORK_MS - 1);
});

test('work that is no number of milliseconds, or too much, is refused', async (t) => {
  const { url } = await served(t);
  for (const text of ['x', '-1', '1.5', '1e2', `${MOST_WORK_MS + 1}`, '99999']) {
    const answer = await fetch(`${url}/ratings/0`, working(text));

    assert.deepEqual(
      [400, { error: `work-ms: ${text}: not a whole number from 0 to ${MOST_WORK_MS}` }],
      [answer.status, await answer.json()],
    );
  }
});
