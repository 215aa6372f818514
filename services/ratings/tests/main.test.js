import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { seeded } from '../src/random.js';
import { ask } from './serving.js';

const MAIN = fileURLToPath(new URL('../src/main.js', import.meta.url));
const HALF_A_REQUEST = 'POST /ratings/0 HTTP/1.1\r\nhost: r\r\ncontent-length: 7\r\n\r\n{"a"';
const THE_REST = ':1}';

/** The service as a process of its own, killed when the test ends; `says(text)` resolves to the first line with it. */
function started(t, env = {}) {
  const child = spawn(process.execPath, [MAIN], { env: { PORT: '0', BIND_HOST: '127.0.0.1', ...env } });
  t.after(() => child.kill('SIGKILL'));
  const lines = [];
  createInterface(child.stderr).on('line', (line) => {
    lines.push(line);
    child.emit('line', line);
  });
  const says = async (text) => {
    while (!lines.some((line) => line.includes(text))) await once(child, 'line');
    return lines.find((line) => line.includes(text));
  };
  const port = async () => Number(/port (\d+)/.exec(await says('listens on'))[1]);
  return { child, lines, says, port, exit: once(child, 'close') };
}

test('SIGTERM: what is under way is answered with Connection: close, and the process ends well', async (t) => {
  const { child, says, port, exit } = started(t);
  const socket = connect(await port(), '127.0.0.1').setEncoding('latin1');
  await once(socket, 'connect');
  socket.write(HALF_A_REQUEST);
  // An answer on another connection tells that the half request has been read.
  await ask(`http://127.0.0.1:${await port()}/health`);
  child.kill('SIGTERM');
  await says('SIGTERM');
  socket.write(THE_REST);
  const answer = (await socket.toArray()).join('');

  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n.*connection: close\r\n.*\{"id":0,"ratings":\{"a":1\}\}$/is);
  assert.deepEqual([0, null], await exit);
});

test('SIGTERM: a connection that waits for its next request is closed at once', async (t) => {
  const { child, port, exit } = started(t);
  const socket = connect(await port(), '127.0.0.1');
  socket.write('GET /health HTTP/1.1\r\nhost: r\r\n\r\n');
  await once(socket, 'data');
  child.kill('SIGTERM');
  await once(socket, 'end');

  assert.deepEqual([0, null], await exit);
});

test('one connection serves as many requests as its owner likes', async (t) => {
  const { port } = started(t);
  const socket = connect(await port(), '127.0.0.1').setEncoding('latin1');
  const request = 'GET /ratings/0 HTTP/1.1\r\nhost: r\r\n\r\n';
  for (let n = 0; n < 500; n += 1) {
    socket.write(request);
    const [answer] = await once(socket, 'data');

    assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
  }
  socket.destroy();
});

test('nothing is logged per request, unless it is asked for', async (t) => {
  const [silent, talking] = [started(t), started(t, { ACCESS_LOG: 'true' })];
  silent.child.stdout.on('data', (line) => assert.fail(`said ${line}`));
  await ask(`http://127.0.0.1:${await silent.port()}/ratings/0`);
  await ask(`http://127.0.0.1:${await talking.port()}/ratings/0`);
  const [line] = await once(talking.child.stdout, 'data');

  assert.match(line.toString(), /^GET \/ratings\/0 200 [\d.]+ ms\n$/);
});

test('a failing variant tells its seed, so that the run can be repeated', async (t) => {
  const { port, says } = started(t, { SERVICE_VERSION: 'v-faulty', SEED: '1' });
  const random = seeded(1);
  for (let n = 0; n < 20; n += 1) {
    const { status } = await ask(`http://127.0.0.1:${await port()}/ratings/0`);

    assert.equal(random() < 0.5 ? 503 : 200, status);
  }

  assert.match(await says('listens on'), /^ratings: v-faulty listens on 127\.0\.0\.1 port \d+, seed 1$/);
});

test('what makes no sense ends the start with one line', async (t) => {
  const { port } = started(t);
  const busy = started(t, { PORT: String(await port()) });
  const v2 = started(t, { SERVICE_VERSION: 'v2' });

  assert.deepEqual([1, null], await busy.exit);
  assert.deepEqual([1, null], await v2.exit);
  assert.match(await busy.says('ratings:'), /EADDRINUSE/);
  assert.deepEqual([1, 1], [busy.lines.length, v2.lines.length]);
});
