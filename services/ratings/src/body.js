import { Refused } from './ratings.js';

/** The body of a request; Refused as soon as it is longer than `largest` bytes. */
export function readBody(request, largest) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let length = 0;
    request.on('data', (chunk) => {
      length += chunk.length;
      if (length <= largest) chunks.push(chunk);
      else reject(new Refused(413, `the body has more than ${largest} bytes`)); // the rest is dropped as it comes
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
  });
}
