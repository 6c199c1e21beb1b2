import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Beside this folder: page.js when built, page.ts in the sources. */
const ENTRIES = ['page.js', 'page.ts'].map((name) => fileURLToPath(new URL(`../page/${name}`, import.meta.url)));

/** The page's script as one text that may stand in a script element. */
export async function bundlePage(): Promise<string> {
	const { outputFiles } = await build({
		entryPoints: [ENTRIES.find((path) => existsSync(path))!],
		...{ bundle: true, minify: true, format: 'iife', target: 'es2022', charset: 'utf8' },
		...{ write: false, logLevel: 'silent', legalComments: 'none' },
	});
	// Both are only found in strings and regular expressions, where the backslash changes nothing.
	return outputFiles[0]!.text.replace(/<(?=\/script|script|!--)/gi, '\\x3c');
}
