import http from 'node:http';

// An Envoy reuses an idle upstream connection for up to an hour; whoever closes first must be the Envoy,
// or a request meets a closing socket.
const KEEP_ALIVE_MS = 65 * 60_000;
const REQUEST_MS = 10_000;
// After SIGTERM. Longer than the longest answer, v-delayed's 7 s; who has not finished asking by then is cut off.
const DRAIN_MS = 10_000;

/** An HTTP server for `listener`, listening; resolves to it with its `drain()`. */
export function serve(listener, { host, port }) {
  const underWay = new Set();
  const server = http.createServer(
    {
      noDelay: true,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: REQUEST_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: 1_000, // how often Node looks; its default, 30 s, would make 40 of the 10
    },
    (request, response) => {
      underWay.add(response);
      response.once('close', () => underWay.delete(response));
      if (!server.listening) askToClose(response);
      return listener(request, response);
    },
  );
  const drain = () => {
    server.close(); // and with it every connection that waits for its next request
    underWay.forEach(askToClose);
    setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
  };
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => resolve({ address: server.address(), drain }));
  });
}

/** Have the answer say `Connection: close`, and close: the next request belongs elsewhere. */
function askToClose(response) {
  response.shouldKeepAlive = false;
}
