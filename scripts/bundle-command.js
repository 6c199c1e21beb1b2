// A command and all that it imports in a few files: to find and open three hundred takes a tenth of a second at each start.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { build, stop } from 'esbuild';

/** Commands that still run may load parts of the bundle that they were started from. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * Bundles `entry`, a command's built `cli.js`, into `folder`.
 * @param {string} entry
 * @param {string} folder
 */
export async function bundleCommand(entry, folder) {
	const { outputFiles } = await build({
		...{ entryPoints: [entry], outdir: folder, splitting: true, write: false },
		...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', charset: 'utf8', logLevel: 'error' },
		plugins: [stayOutside(folder), keepUrls(folder)],
		// What was CommonJS asks for Node's own modules by `require`.
		banner: {
			js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
		},
	}).finally(stop);
	mkdirSync(folder, { recursive: true });
	// The entry comes last: it is what tells that a bundle is there.
	const entryLast = outputFiles.toSorted((a, b) => isEntry(a.path, entry) - isEntry(b.path, entry));
	for (const { path, contents } of entryLast) replace(path, contents);
	const names = new Set(outputFiles.map(({ path }) => basename(path)));
	for (const name of readdirSync(folder)) {
		const path = join(folder, name);
		if (!names.has(name) && Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { force: true });
	}
}

/** @param {string} path @param {string} entry */
const isEntry = (path, entry) => Number(basename(path) === basename(entry));

/** @param {string} path @param {Uint8Array} contents */
function replace(path, contents) {
	const unfinished = `${path}.${process.pid}.tmp`;
	writeFileSync(unfinished, contents);
	renameSync(unfinished, path);
}

/**
 * The native runtime, and packages that are loaded late: Node and esbuild give those of CommonJS other names.
 * @param {string} folder of the bundle
 * @returns {import('esbuild').Plugin}
 */
const stayOutside = (folder) => ({
	name: 'stay-outside',
	setup(bundler) {
		bundler.onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
			const late = kind === 'dynamic-import' && !/^(@steering\/|node:)/.test(path);
			if (pluginData === 'found' || !(late || path === 'onnxruntime-node')) return undefined;
			const found = await bundler.resolve(path, { kind, importer, resolveDir, pluginData: 'found' });
			return found.errors.length > 0 ? found : { external: true, path: urlFrom(folder, found.path) };
		});
	},
});

/**
 * A module that finds files beside itself finds them from the bundle, too.
 * @param {string} folder of the bundle
 * @returns {import('esbuild').Plugin}
 */
const keepUrls = (folder) => ({
	name: 'keep-urls',
	setup({ onLoad }) {
		onLoad({ filter: /\.m?js$/ }, ({ path }) => {
			const code = readFileSync(path, 'utf8');
			if (!code.includes('import.meta.')) return undefined;
			const other = /import\.meta\.(?!url\b)\w+/.exec(code);
			if (other) return { errors: [{ text: `${path} asks for ${other[0]}, which is another in a bundle` }] };
			const url = `new URL(${JSON.stringify(urlFrom(folder, path))}, import.meta.url).href`;
			return { contents: code.replaceAll('import.meta.url', url), loader: 'js' };
		});
	},
});

/** @param {string} folder @param {string} file */
function urlFrom(folder, file) {
	const path = relative(folder, file).split(sep).map(encodeURIComponent).join('/');
	return path.startsWith('.') ? path : `./${path}`;
}
