import { Refused } from './ratings.js';

const MOST_HEADERS = 200; // Envoy lets 100 pass

/** Refused for the malformed heads that Node lets pass. */
export function refuseUnsound({ headersDistinct, rawHeaders }) {
  // A proxy before us may have joined two.
  if (headersDistinct.host?.join().includes(',')) refuse(400, 'there is more than one Host');
  if (rawHeaders.length > 2 * MOST_HEADERS) refuse(431, `there are more than ${MOST_HEADERS} headers`);
  const codings = headersDistinct['transfer-encoding'] ?? ['chunked'];
  if (codings.join().toLowerCase() !== 'chunked') refuse(501, 'the only Transfer-Encoding is chunked');
}

// And close: others may see another end of this request.
function refuse(status, reason) {
  throw new Refused(status, reason, { connection: 'close' });
}
