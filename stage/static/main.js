/** The stage in a browser: every picture is handed to whoever draws a part of it. */

/** @import { Picture } from "./picture.js" */

import { onRefusal } from './actions.js';
import { byId, mark, write } from './dom.js';
import * as help from './help.js';
import { keyboard, listen } from './keys.js';
import * as drawing from './parts/drawing.js';
import { buildEdit, openEdit } from './parts/edit.js';
import * as frames from './parts/frames.js';
import * as lanes from './parts/lanes.js';
import * as map from './parts/map.js';
import { tell } from './parts/news.js';
import * as proof from './parts/proof.js';
import * as rule from './parts/rule.js';
import * as show from './parts/show.js';
import * as table from './parts/table.js';
import * as weights from './parts/weights.js';
import { follow } from './stream.js';
import { say, speak } from './words.js';

/** @type {Picture | null} */
let picture = null;
let lost = false;
let refusal = '';
let forgetting = 0;

/** Milliseconds that a refusal is shown for. */
const REFUSAL_LASTS = 10_000;

const current = () => picture;
const open = {
  edit: () => picture && openEdit(rule.toEdit(picture.rule), picture.dark),
  whole: rule.openWhole,
  help: () => help.openHelp(keys, picture),
};
const keys = keyboard(open);

for (const part of [show, frames, rule, table, lanes, map, weights]) part.build();
help.buildHints(keys);
buildEdit();
listen(keys, current);
speak(document.documentElement.lang);

/** Say what must be known at once: that nothing new comes, that something was refused, or what the server has to say. */
function notify() {
  const notice = byId('notice');
  write(notice, lost ? say('lost') : refusal || picture?.notice || '');
  mark(notice, 'data-kind', lost ? 'lost' : refusal ? 'refused' : 'said');
  mark(document.body, 'data-lost', lost && '');
}

/** @param {string} reason */
function refuse(reason) {
  refusal = reason;
  clearTimeout(forgetting);
  if (reason) forgetting = setTimeout(refuse, REFUSAL_LASTS, '');
  notify();
}

onRefusal(refuse);

follow(
  (coming) => {
    const former = picture;
    picture = coming;
    if (document.documentElement.lang !== coming.language) speak(coming.language);
    mark(document.documentElement, 'data-dark', coming.dark && '');
    for (const part of [show, frames, rule, table, lanes, map, weights, proof, drawing, help]) part.show(coming);
    tell(former, coming);
    notify();
  },
  (isLost) => {
    lost = isLost;
    notify();
  },
);
