/**
 * The editor of rules: CodeMirror in a shadow root, because there it brings its styles without a `<style>` element,
 * which the stage's Content-Security-Policy does not allow.
 */
import {
  Compartment,
  Decoration,
  defaultKeymap,
  drawSelection,
  EditorState,
  EditorView,
  HighlightStyle,
  highlightActiveLine,
  history,
  historyKeymap,
  indentOnInput,
  indentUnit,
  keymap,
  lineNumbers,
  lintGutter,
  StateEffect,
  StateField,
  setDiagnostics,
  syntaxHighlighting,
  tags,
  yaml,
} from '../vendor/codemirror.js';

/**
 * @typedef {object} Problem
 * @property {number} line from 1; 0 where it is about no line
 * @property {string} text
 */

/**
 * @typedef {object} Options
 * @property {string} [text]
 * @property {(text: string) => void} [onChange] is told what somebody typed, not what `setText` put there
 * @property {boolean} [dark]
 * @property {boolean} [readOnly]
 * @property {string} [label] what a screen reader calls it
 */

/**
 * @typedef {object} Editor
 * @property {(text: string) => void} setText puts another text there, without a way back to the old one
 * @property {() => string} getText
 * @property {(problems: readonly Problem[], areErrors?: boolean) => void} setProblems marks these lines, and no others, as
 *   wrong, or as worth a remark
 * @property {(lines: readonly number[]) => void} setChangedLines marks these lines, from 1, as changed
 * @property {(dark: boolean) => void} setDark
 * @property {(label: string) => void} setLabel
 * @property {() => void} focus
 * @property {() => void} destroy
 */

/** @type {ReturnType<typeof StateEffect.define<readonly number[]>>} */
const changedLines = StateEffect.define();
const changedLine = Decoration.line({ class: 'cm-changedLine' });

/** The lines that are marked as changed; they move with the text. */
const changes = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    let moved = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(changedLines)) {
        const { doc } = transaction.state;
        const starts = [...new Set(effect.value)]
          .filter((line) => line >= 1 && line <= doc.lines)
          .map((line) => doc.line(line).from);
        moved = Decoration.set(
          starts.map((start) => changedLine.range(start)),
          true,
        );
      }
    }
    return moved;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * Colours of at least 4.5 to 1 on a changed line as on any other.
 *
 * @type {Record<'light' | 'dark', Record<'ink' | 'quiet' | 'key' | 'string' | 'number' | 'changed' | 'edge' | 'wrong' | 'chosen', string>>}
 */
const palettes = {
  light: {
    ink: '#14202b',
    quiet: '#55636f',
    key: '#0b5563',
    string: '#7a3d00',
    number: '#1d4ed8',
    changed: '#e1f3e5',
    edge: '#15803d',
    wrong: '#b42318',
    chosen: '#cfe3f5',
  },
  dark: {
    ink: '#e7edf3',
    quiet: '#a3b1bf',
    key: '#7fd6e4',
    string: '#f5c089',
    number: '#a9c7ff',
    changed: '#143a24',
    edge: '#4ade80',
    wrong: '#ff9b8f',
    chosen: '#2b4a66',
  },
};

/** @param {boolean} dark */
function look(dark) {
  const mode = dark ? 'dark' : 'light';
  const colors = palettes[mode];
  const theme = EditorView.theme(
    {
      '&': {
        height: '100%',
        color: colors.ink,
        backgroundColor: 'transparent',
        fontSize: 'inherit',
        colorScheme: mode,
      },
      '&.cm-focused': { outline: `2px solid ${colors.edge}`, outlineOffset: '-2px' },
      '.cm-scroller': { fontFamily: 'ui-monospace, "DejaVu Sans Mono", monospace', lineHeight: '1.35' },
      '.cm-content': { caretColor: colors.ink, padding: '0' },
      '.cm-cursor': { borderLeftColor: colors.ink, borderLeftWidth: '2px' },
      '.cm-gutters': { color: colors.quiet, backgroundColor: 'transparent', border: 'none' },
      '.cm-activeLine': { backgroundColor: 'transparent', boxShadow: `inset 0 -1px ${colors.quiet}55` },
      '.cm-changedLine': { backgroundColor: colors.changed, boxShadow: `inset 4px 0 ${colors.edge}` },
      '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
        backgroundColor: colors.chosen,
      },
      // In place of CodeMirror's own, which are images in data: URLs.
      '.cm-lint-marker-error, .cm-lint-marker-warning': { content: 'normal' },
      '.cm-lint-marker-error::before': { content: '"✕"', color: colors.wrong, fontWeight: 'bold' },
      '.cm-lint-marker-warning::before': { content: '"!"', color: colors.key, fontWeight: 'bold' },
      '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: `underline dotted ${colors.key}` },
      '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: `underline wavy ${colors.wrong}` },
      '.cm-diagnostic': { fontSize: 'inherit', color: colors.ink },
      '.cm-diagnostic-error': { borderLeftColor: colors.wrong },
      '.cm-tooltip': { backgroundColor: dark ? '#1b2733' : '#ffffff', border: `1px solid ${colors.quiet}` },
    },
    { dark },
  );
  const words = HighlightStyle.define([
    { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: colors.key },
    { tag: [tags.string, tags.special(tags.string), tags.content], color: colors.string },
    { tag: [tags.number, tags.bool, tags.null], color: colors.number },
    { tag: [tags.comment, tags.meta], color: colors.quiet, fontStyle: 'italic' },
    { tag: [tags.punctuation, tags.separator, tags.bracket], color: colors.quiet },
  ]);
  return [theme, syntaxHighlighting(words)];
}

/**
 * Puts an editor of YAML into an element, as large as that.
 *
 * @param {HTMLElement} parent
 * @param {Options} [options]
 * @returns {Editor}
 */
export function createEditor(parent, options = {}) {
  const { text = '', onChange = () => {}, readOnly = false } = options;
  let { dark = false, label = 'YAML' } = options;
  const host = document.createElement('div');
  host.style.height = '100%';
  const root = host.attachShadow({ mode: 'open' });
  parent.append(host);

  const appearance = new Compartment();
  const description = new Compartment();
  const described = () => EditorView.contentAttributes.of({ 'aria-label': label });

  /** @param {string} doc */
  const stateOf = (doc) =>
    EditorState.create({
      doc,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        EditorView.lineWrapping,
        indentOnInput(),
        indentUnit.of('  '),
        yaml(),
        changes,
        appearance.of(look(dark)),
        description.of(described()),
        EditorState.readOnly.of(readOnly),
        // Tab is not taken: by it the keyboard leaves the editor.
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) {
            onChange(update.state.doc.toString());
          }
        }),
      ],
    });

  const view = new EditorView({ state: stateOf(text), parent: root, root });

  return {
    setText(replacement) {
      if (replacement !== view.state.doc.toString()) {
        view.setState(stateOf(replacement));
      }
    },
    getText: () => view.state.doc.toString(),
    setProblems(problems, areErrors = true) {
      /** @type {'error' | 'warning'} */
      const severity = areErrors ? 'error' : 'warning';
      const { doc } = view.state;
      const found = problems.map((problem) => {
        const line = doc.line(Math.min(Math.max(problem.line, 1), doc.lines));
        return {
          from: line.from + line.text.search(/\S|$/),
          to: line.to,
          severity,
          message: problem.text,
        };
      });
      view.dispatch(setDiagnostics(view.state, found));
    },
    setChangedLines(lines) {
      view.dispatch({ effects: changedLines.of(lines) });
    },
    setDark(wanted) {
      dark = wanted;
      view.dispatch({ effects: appearance.reconfigure(look(dark)) });
    },
    setLabel(wanted) {
      label = wanted;
      view.dispatch({ effects: description.reconfigure(described()) });
    },
    focus: () => view.focus(),
    destroy() {
      view.destroy();
      host.remove();
    },
  };
}
