import { app } from './app.js';
import { seeded } from './random.js';
import { Ratings } from './ratings.js';
import { serve } from './server.js';
import { Misconfigured, settings } from './settings.js';
import { VARIANTS } from './variants.js';

const log = (line) => console.error(`ratings: ${line}`);

try {
  await main(settings(process.env));
} catch (error) {
  const expected = error instanceof Misconfigured || error.code;
  log(expected ? error.message : error.stack);
  process.exitCode = 1;
}

async function main({ host, port, version, seed = Math.floor(Math.random() * 2 ** 32), accessLog }) {
  const variant = VARIANTS[version]({ random: seeded(seed), now: () => performance.now() });
  const listener = app({ ratings: new Ratings(), variant, log });
  const { address, drain } = await serve(accessLog ? logged(listener) : listener, { host, port });
  log(`${version} listens on ${address.address} port ${address.port}${version === 'v1' ? '' : `, seed ${seed}`}`);
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => {
      log(`${signal}: finishing what is under way`);
      drain();
    });
  }
}

/** The listener, with one line on standard output per answer. */
function logged(listener) {
  return (request, response) => {
    const start = performance.now();
    response.once('close', () => {
      const milliseconds = (performance.now() - start).toFixed(1);
      console.log(`${request.method} ${request.url} ${response.statusCode} ${milliseconds} ms`);
    });
    return listener(request, response);
  };
}
