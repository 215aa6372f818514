/** The pictures as they come, and the word that none can come. */

/** @import { Picture } from "./picture.js" */

/** Milliseconds before a connection that the browser has given up is tried again. */
const PATIENCE = 1000;

/**
 * Hand every picture to the page, for as long as the page is open.
 * @param {(picture: Picture) => void} show
 * @param {(lost: boolean) => void} connection told of each loss and each return
 */
export function follow(show, connection) {
  const source = new EventSource('stream');
  source.addEventListener('picture', (event) => {
    connection(false);
    show(JSON.parse(event.data));
  });
  source.addEventListener('error', () => {
    connection(true);
    // Where the server says no, or is not yet there behind a door that is, the browser does not try again by itself.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(show, connection), PATIENCE);
  });
}
