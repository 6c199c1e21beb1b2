// `node scripts/run.js COMMAND ...`: runs a command package from its build, building first what is older than its source.
// A loader that compiles on the fly costs a quarter of a second at each start; `tsc -b` costs a second, once per change.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Started again and again, and done soon: bundled, they start a tenth of a second earlier. */
const BUNDLED = ['generate-vectors', 'steer'];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const packages = join(root, 'packages');
const names = readdirSync(packages);

/** @param {string} path */
const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** @param {string} name of a package */
const stampOf = (name) => join(packages, name, 'dist', '.tsbuildinfo');

/** @param {string} file: tests are not built */
const isSource = (file) => file.endsWith('.ts') && !file.endsWith('.test.ts');

/** @param {string} name of a package */
function isStale(name) {
	const built = modified(stampOf(name));
	if (built === 0 || modified(join(packages, name, 'package.json')) > built) return true;
	return readdirSync(join(packages, name, 'src'), { recursive: true, withFileTypes: true }).some(
		({ parentPath, path, name: file }) => isSource(file) && modified(join(parentPath ?? path, file)) > built,
	);
}

/** @param {string} command: its bundle must be newer than all that is built and installed. */
function isBundleStale(command) {
	if (!BUNDLED.includes(command)) return false;
	const others = ['scripts/bundle-command.js', 'pnpm-lock.yaml', 'node_modules/.modules.yaml'];
	const bundled = modified(entryOf(command));
	return [...names.map(stampOf), ...others.map((path) => join(root, path))].some((path) => modified(path) >= bundled);
}

/** @param {string} command */
const builtOf = (command) => join(packages, command, 'dist', 'cli.js');

/** @param {string} command */
const bundleOf = (command) => join(packages, command, 'dist', 'bundle');

/** @param {string} command */
const entryOf = (command) => (BUNDLED.includes(command) ? join(bundleOf(command), 'cli.js') : builtOf(command));

/** @param {string} command */
async function buildIfStale(command) {
	if (!names.some(isStale) && !isBundleStale(command)) return;
	const { default: lockfile } = await import('proper-lockfile');
	// Two commands started together must not write the same files.
	const release = await lockfile.lock(root, {
		lockfilePath: join(root, '.build.lock'),
		retries: { retries: 60, maxTimeout: 1000 },
	});
	try {
		if (names.some(isStale)) build();
		if (isBundleStale(command)) {
			const { bundleCommand } = await import('./bundle-command.js');
			await bundleCommand(builtOf(command), bundleOf(command));
		}
	} finally {
		await release();
	}
}

function build() {
	const started = new Date();
	const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
	const { status } = spawnSync(process.execPath, [tsc, '-b'], { cwd: root, stdio: ['ignore', 2, 2] });
	if (status !== 0) process.exit(1);
	// tsc leaves its stamp as it was where it had nothing to write (a checkout), and would be asked again at every start.
	for (const name of names) utimesSync(stampOf(name), started, started);
}

const command = process.argv[2] ?? '';
const commands = names.filter((name) => modified(join(packages, name, 'src', 'cli.ts')) > 0);
if (!commands.includes(command)) {
	process.stderr.write(`error: there is no command ${command}; there are ${commands.join(', ')}\n`);
	process.exit(2);
}
await buildIfStale(command);
process.argv.splice(1, 2, entryOf(command));
await import(pathToFileURL(process.argv[1]).href);
