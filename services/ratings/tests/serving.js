import { connect } from 'node:net';
import { app } from '../src/app.js';
import { Ratings } from '../src/ratings.js';
import { serve } from '../src/server.js';

export const SOUND = { fails: () => false, delay: () => 0, healthy: () => true };

/** Ratings served on a port of the kernel's choice until the test `t` ends: its base URL, and what it logged. */
export async function served(t, variant = SOUND) {
  const logged = [];
  const ratings = new Ratings();
  const { address, drain } = await serve(app({ ratings, variant, log: (line) => logged.push(line) }), {
    host: '127.0.0.1',
    port: 0,
  });
  t.after(drain);
  return { url: `http://127.0.0.1:${address.port}`, port: address.port, logged };
}

/** Everything the server says to raw `text`, until it closes the connection. */
export async function said(port, text) {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  socket.write(text);
  return (await socket.toArray()).join('');
}

/** Status and JSON body of one request that does not keep its connection. */
export async function ask(url, options) {
  const answer = await fetch(url, { ...options, headers: { connection: 'close' } });
  const text = await answer.text();
  return { status: answer.status, body: text && JSON.parse(text), headers: answer.headers };
}
