import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, SOUND, said, served } from './serving.js';

const UNRATED = { Reviewer1: 5, Reviewer2: 4 };
const post = (ratings) => ({ method: 'POST', body: typeof ratings === 'string' ? ratings : JSON.stringify(ratings) });

test('an unrated product has the two ratings of the demo, and its number is echoed', async (t) => {
  const { url } = await served(t);
  for (const id of [0, 7, -1, Number.MAX_SAFE_INTEGER]) {
    const { status, body, headers } = await ask(`${url}/ratings/${id}`);

    assert.deepEqual([200, { id, ratings: UNRATED }], [status, body]);
    assert.equal('application/json', headers.get('content-type'));
  }
});

test('what is no whole number that JSON readers agree on is no product', async (t) => {
  const { url } = await served(t);
  for (const id of ['', 'abc', '1.5', '0x1', '0/1', '1%0A', '9007199254740992', '9'.repeat(5000)]) {
    const { status, body } = await ask(`${url}/ratings/${id}`);

    assert.deepEqual([400, { error: 'please provide numeric product ID' }], [status, body], id);
  }
});

test('the query does not matter, and neither does a whole address', async (t) => {
  const { url, port } = await served(t);
  const whole = await said(
    port,
    'GET http://ratings:9080/ratings/0?u=1 HTTP/1.1\r\nhost: r\r\nconnection: close\r\n\r\n',
  );

  assert.equal(200, (await ask(`${url}/ratings/0?u=test`)).status);
  assert.match(whole, /^HTTP\/1\.1 200 /);
});

test('posted ratings are echoed, and read from then on', async (t) => {
  const { url } = await served(t);
  const rated = { id: 0, ratings: { Reviewer1: 1, Reviewer2: 2 } };
  const echo = await ask(`${url}/ratings/0`, post(rated.ratings));

  assert.deepEqual([200, rated], [echo.status, echo.body]);
  assert.deepEqual(rated, (await ask(`${url}/ratings/0`)).body);
  assert.deepEqual(UNRATED, (await ask(`${url}/ratings/1`)).body.ratings);
});

test('a body that is no JSON is refused in the known words', async (t) => {
  const { url } = await served(t);
  for (const body of ['{bad', '', Buffer.from([0x22, 0xff, 0x22])]) {
    const answer = await ask(`${url}/ratings/0`, { method: 'POST', body });

    assert.deepEqual([400, { error: 'please provide valid ratings JSON' }], [answer.status, answer.body]);
  }
});

test('JSON that is no stars by reviewer is refused, and changes nothing', async (t) => {
  const { url } = await served(t);
  for (const ratings of ['null', '[]', '5', '"x"', { a: '5' }, { a: 5000 }, { a: -1 }, { a: 3.5 }, { a: null }]) {
    const { status, body } = await ask(`${url}/ratings/0`, post(ratings));

    assert.equal(400, status, JSON.stringify(ratings));
    assert.match(body.error, /^please provide valid ratings JSON: /);
  }

  assert.deepEqual(UNRATED, (await ask(`${url}/ratings/0`)).body.ratings);
});

test('a body too long is refused, announced or not', async (t) => {
  const { url, port } = await served(t);
  const announced = await ask(`${url}/ratings/0`, post('x'.repeat(4097)));
  const chunk = `1001\r\n${'x'.repeat(0x1001)}\r\n0\r\n\r\n`;
  const head = 'POST /ratings/0 HTTP/1.1\r\nhost: r\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n';

  assert.deepEqual([413, { error: 'the body has more than 4096 bytes' }], [announced.status, announced.body]);
  assert.match(await said(port, head + chunk), /^HTTP\/1\.1 413 /);
});

test('the store is bounded: a product too many is refused, a known one may still change', async (t) => {
  const { url } = await served(t);
  const statuses = [];
  for (let id = 0; id <= 1000; id += 1) statuses.push((await ask(`${url}/ratings/${id}`, post({ a: 1 }))).status);
  const known = await ask(`${url}/ratings/7`, post({ a: 2 }));

  assert.deepEqual([200, 507], [...new Set(statuses.slice(0, 1000)), statuses[1000]]);
  assert.deepEqual([200, { a: 2 }], [known.status, known.body.ratings]);
});

test('health is told in the words that dashboards look for', async (t) => {
  const { url } = await served(t);
  const sick = await served(t, { ...SOUND, healthy: () => false });
  const answers = [await ask(`${url}/health`), await ask(`${sick.url}/health`)];

  assert.deepEqual(
    [
      [200, 'Ratings is healthy'],
      [500, 'Ratings is not healthy'],
    ],
    answers.map(({ status, body }) => [status, body.status]),
  );
});

test('HEAD tells what GET would, without the body', async (t) => {
  const { url } = await served(t);
  const got = await ask(`${url}/ratings/0`);
  const { status, body, headers } = await ask(`${url}/ratings/0`, { method: 'HEAD' });

  assert.deepEqual([200, '', got.headers.get('content-length')], [status, body, headers.get('content-length')]);
});

test('a method that is not served is refused with those that are', async (t) => {
  const { url } = await served(t);
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    const ratings = await ask(`${url}/ratings/0`, { method });
    const health = await ask(`${url}/health`, { method });

    assert.deepEqual([405, 'GET, HEAD, POST'], [ratings.status, ratings.headers.get('allow')]);
    assert.deepEqual([405, 'GET, HEAD'], [health.status, health.headers.get('allow')]);
  }
});

test('an unknown path is told so in JSON', async (t) => {
  const { url } = await served(t);
  for (const path of ['/', '/ratings', '/nope', '/healthy']) {
    const { status, body } = await ask(url + path);

    assert.deepEqual([404, ['error']], [status, Object.keys(body)], path);
  }
});

test('a reading that fails on purpose is a 503; writing and health are as ever', async (t) => {
  const { url } = await served(t, { ...SOUND, fails: () => true });
  const { status, body } = await ask(`${url}/ratings/0`);

  assert.deepEqual([503, { error: 'Service unavailable' }], [status, body]);
  assert.equal(200, (await ask(`${url}/ratings/0`, post({ a: 1 }))).status);
  assert.equal(200, (await ask(`${url}/health`)).status);
});

test('a reading that is delayed on purpose is answered all the same', async (t) => {
  const { url } = await served(t, { ...SOUND, delay: () => 5 });

  assert.deepEqual(UNRATED, (await ask(`${url}/ratings/0`)).body.ratings);
});

test('a fault of our own is one line in the log and an answer', async (t) => {
  const { url, logged } = await served(t, {});
  const { status, body } = await ask(`${url}/ratings/0`);

  assert.deepEqual([500, ['error'], 1], [status, Object.keys(body), logged.length]);
});

test('a request that is no HTTP gets 400, and the next caller gets an answer', async (t) => {
  const { url, port, logged } = await served(t);

  assert.match(await said(port, '\x00nonsense\r\n\r\n'), /^HTTP\/1\.1 400 /);
  assert.equal(200, (await ask(`${url}/ratings/0`)).status);
  assert.deepEqual([], logged);
});

test('a malformed head that Node lets pass is refused, and its connection closed', async (t) => {
  const { port } = await served(t);
  const heads = {
    'host: r\r\nhost: s\r\n': 400,
    'host: r\r\ntransfer-encoding: gzip, chunked\r\n': 501,
    [`host: r\r\n${'x: y\r\n'.repeat(201)}`]: 431,
  };
  for (const [head, status] of Object.entries(heads)) {
    assert.match(await said(port, `GET /health HTTP/1.1\r\n${head}\r\n`), new RegExp(`^HTTP/1.1 ${status} `));
  }
});

test('a body that is malformed is refused, also where nobody wants one', async (t) => {
  const { port } = await served(t);
  const request = 'GET /health HTTP/1.1\r\nhost: r\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabcXX0\r\n\r\n';

  assert.match(await said(port, request), /^HTTP\/1\.1 400 (?!.*HTTP)/s);
});
