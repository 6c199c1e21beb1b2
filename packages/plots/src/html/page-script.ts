import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

let bundle: Promise<string> | undefined;

/** The page's script: page/main with vega and vega-embed, one file. Bundled once per process, in a quarter of a second. */
export function pageScript(): Promise<string> {
	bundle ??= bundled();
	return bundle;
}

async function bundled(): Promise<string> {
	const folder = fileURLToPath(new URL('./page', import.meta.url));
	const { outputFiles } = await build({
		// As TypeScript, so that `./main.js` is also found as main.ts, where nothing is built.
		stdin: { contents: "import './main.js';", loader: 'ts', resolveDir: folder },
		alias: { 'vega-lite': './absent-vega-lite.js' },
		absWorkingDir: folder,
		bundle: true,
		minify: true,
		write: false,
		format: 'iife',
		platform: 'browser',
		target: 'es2022',
		legalComments: 'eof',
		logLevel: 'silent',
	});
	return outputFiles[0]!.text;
}
