export const LARGEST_BODY = 4_096;
export const MOST_PRODUCTS = 1_000;
export const MOST_STARS = 5;

const UNRATED = JSON.stringify({ Reviewer1: 5, Reviewer2: 4 });
const COMPLAINT = 'please provide valid ratings JSON';

/** A request that cannot be done; carries the HTTP status that says so. */
export class Refused extends Error {
  constructor(status, message, headers) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** The ratings in a request's body, as compact JSON; Refused if they are none. */
export function parseRatings(bytes) {
  const ratings = parse(bytes);
  if (typeof ratings !== 'object' || ratings === null || Array.isArray(ratings)) {
    throw new Refused(400, `${COMPLAINT}: an object of stars by reviewer, as {"Reviewer1": 5}`);
  }
  for (const [reviewer, stars] of Object.entries(ratings)) {
    if (!(Number.isInteger(stars) && stars >= 0 && stars <= MOST_STARS)) {
      throw new Refused(
        400,
        `${COMPLAINT}: ${reviewer} has ${JSON.stringify(stars)}, not 0 to ${MOST_STARS} whole stars`,
      );
    }
  }
  return JSON.stringify(ratings);
}

function parse(bytes) {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Refused(400, COMPLAINT);
  }
}

/** The ratings of each product, in memory until the process ends, and never more than fit. */
export class Ratings {
  // Text, not objects: a body of 4 KB stays 4 KB, so the store stays under 4 MB in all.
  #byProduct = new Map();

  /** The answer for a product, as JSON; one that nobody rated has the two ratings of the demo. */
  of(id) {
    return `{"id":${id},"ratings":${this.#byProduct.get(id) ?? UNRATED}}`;
  }

  /** Keep `ratings`, as parseRatings gives them, in place of those the product had. */
  keep(id, ratings) {
    if (this.#byProduct.size >= MOST_PRODUCTS && !this.#byProduct.has(id)) {
      throw new Refused(507, `ratings of ${MOST_PRODUCTS} products are kept, and there is no room for another`);
    }
    this.#byProduct.set(id, ratings);
  }
}
