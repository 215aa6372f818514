// Makes CodeMirror one ES module for the browser, `stage/static/vendor/codemirror.js`, and says its types beside it.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const vendor = fileURLToPath(new URL('../static/vendor/', import.meta.url));

const { outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: ['codemirror.js'],
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  write: false,
  logLevel: 'error',
});

await mkdir(vendor, { recursive: true });
await writeFile(`${vendor}codemirror.d.ts`, "export * from '../../editor/codemirror.js';\n");
// In one move: a build that was cut off leaves no half module behind.
await writeFile(`${vendor}codemirror.js.new`, outputFiles[0].contents);
await rename(`${vendor}codemirror.js.new`, `${vendor}codemirror.js`);
