/** What a screen reader hears: another rule, a verdict, and no more; a voice per answer would drown the talk. */

/** @import { Picture } from "../picture.js" */

import { byId, write } from '../dom.js';
import { said as verdict } from './proof.js';
import { said as status } from './rule.js';

/**
 * Say what is new in this picture.
 * @param {Picture | null} former
 * @param {Picture} picture
 */
export function tell(former, picture) {
  if (!former) return;
  const { rule, run } = picture;
  const news = [];
  if (rule.revision !== former.rule.revision || rule.status !== former.rule.status)
    news.push(`${rule.title}: ${status(rule)}`);
  if (run && (run.verdict || run.error) && (former.run?.verdict !== run.verdict || former.run?.error !== run.error)) {
    news.push([verdict(run), run.title, run.error || [...run.facts, ...run.reasons].join(', ')].join(': '));
  }
  if (news.length) write(byId('told'), news.join('. '));
}
