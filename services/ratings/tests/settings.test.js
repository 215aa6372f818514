import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Misconfigured, settings } from '../src/settings.js';

const message = (env) => {
  try {
    return settings(env);
  } catch (error) {
    assert.ok(error instanceof Misconfigured);
    return error.message;
  }
};

test('an empty environment is v1 on port 9080 of every interface', () => {
  assert.deepEqual({ port: 9080, host: undefined, version: 'v1', seed: undefined, accessLog: false }, settings({}));
});

test('the environment decides', () => {
  const env = { PORT: '0', BIND_HOST: '127.0.0.1', SERVICE_VERSION: 'v-faulty', SEED: '42', ACCESS_LOG: 'true' };

  assert.deepEqual({ port: 0, host: '127.0.0.1', version: 'v-faulty', seed: 42, accessLog: true }, settings(env));
});

test('a number that is none is refused', () => {
  assert.equal('PORT=70000: not a whole number from 0 to 65535', message({ PORT: '70000' }));
  assert.equal(
    'PORT=tcp://10.0.0.1:9080: not a whole number from 0 to 65535',
    message({ PORT: 'tcp://10.0.0.1:9080' }),
  );
  assert.equal('SEED=-1: not a whole number from 0 to 4294967295', message({ SEED: '-1' }));
});

test('a switch is on or off, and nothing else', () => {
  assert.equal('ACCESS_LOG=yes: neither true nor false', message({ ACCESS_LOG: 'yes' }));
});

test('a version that is not built is refused, with those that are', () => {
  const there = 'there are v1, v-faulty, v-delayed, v-unavailable, v-unhealthy';

  assert.equal(`SERVICE_VERSION=v9: no such version; ${there}`, message({ SERVICE_VERSION: 'v9' }));
  assert.equal(`SERVICE_VERSION=toString: no such version; ${there}`, message({ SERVICE_VERSION: 'toString' }));
  for (const version of ['v2', 'v2-mysql']) {
    assert.equal(
      `SERVICE_VERSION=${version}: ratings kept in a database are not built; ${there}`,
      message({ SERVICE_VERSION: version }),
    );
  }
});
