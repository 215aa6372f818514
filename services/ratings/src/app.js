import { setTimeout as passed } from 'node:timers/promises';
import { readBody } from './body.js';
import { LARGEST_BODY, parseRatings, Refused } from './ratings.js';
import { refuseUnsound } from './sound.js';
import { askedWork, Worker } from './work.js';

const HEALTHY = JSON.stringify({ status: 'Ratings is healthy' });
const UNHEALTHY = JSON.stringify({ status: 'Ratings is not healthy' });
const PRODUCT = /^\/ratings\/(.*)$/s;
const NUMERIC = /^-?\d{1,16}$/;
// A proxy may be spoken to with the whole address; what counts is the path.
const ORIGIN_AND_QUERY = /^https?:\/\/[^/?]*|\?.*$/gis;

/** The listener for an HTTP server: answers with what is in `ratings`, failing as `variant` does. */
export function app({ ratings, variant, log }) {
  const worker = new Worker();

  return async function listener(request, response) {
    try {
      const { status, body, headers } = await answer(request, response);
      send(response, status, body, headers);
    } catch (error) {
      if (request.errored) return; // the caller went away in the middle of its request
      if (!(error instanceof Refused)) log(`${request.method} ${request.url}: 500: ${JSON.stringify(error.message)}`);
      send(
        response,
        error instanceof Refused ? error.status : 500,
        JSON.stringify({ error: error.message }),
        error.headers,
      );
    }
  };

  async function answer(request, response) {
    refuseUnsound(request);
    const body = await readBody(request, LARGEST_BODY); // also of a GET: what is malformed in it is refused
    const path = request.url.replace(ORIGIN_AND_QUERY, '');
    if (path === '/health') return health(request.method);
    const product = PRODUCT.exec(path);
    if (product) {
      const milliseconds = askedWork(request.headers);
      if (milliseconds > 0) await worker.work(milliseconds, () => !response.destroyed);
      return productRatings(request.method, product[1], body);
    }
    throw new Refused(404, 'no such page; there are /ratings/<id> and /health');
  }

  function health(method) {
    if (method !== 'GET' && method !== 'HEAD') return notAllowed(method, ['GET', 'HEAD']);
    return variant.healthy() ? { status: 200, body: HEALTHY } : { status: 500, body: UNHEALTHY };
  }

  function productRatings(method, id, body) {
    switch (method) {
      case 'GET':
      case 'HEAD':
        return read(productId(id));
      case 'POST':
        return write(productId(id), body);
      default:
        return notAllowed(method, ['GET', 'HEAD', 'POST']);
    }
  }

  async function read(id) {
    if (variant.fails()) throw new Refused(503, 'Service unavailable');
    const delay = variant.delay();
    if (delay > 0) await passed(delay);
    return { status: 200, body: ratings.of(id) };
  }

  function write(id, body) {
    ratings.keep(id, parseRatings(body));
    return { status: 200, body: ratings.of(id) };
  }
}

function productId(text) {
  const id = NUMERIC.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(id)) throw new Refused(400, 'please provide numeric product ID');
  return id + 0; // -0 is 0
}

function notAllowed(method, methods) {
  const error = `${method} is not allowed; ${methods.join(', ')} are`;
  return { status: 405, body: JSON.stringify({ error }), headers: { allow: methods.join(', ') } };
}

function send(response, status, body, headers) {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
