// `node scripts/run.js COMMAND ...`: runs a command package from its build, building first what is older than its source.
// A loader that compiles on the fly costs a quarter of a second at each start; `tsc -b` costs a second, once per change.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const packages = join(root, 'packages');

/** @param {string} name of a package */
const stampOf = (name) => join(packages, name, 'dist', '.tsbuildinfo');

/** @param {string} name of a package */
function isStale(name) {
	const built = statSync(stampOf(name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
	const newer = (/** @type {string} */ path) => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > built;
	if (built === 0 || newer(join(packages, name, 'package.json'))) return true;
	return readdirSync(join(packages, name, 'src'), { recursive: true, withFileTypes: true }).some(
		(entry) => entry.isFile() && isSource(entry.name) && newer(join(entry.parentPath ?? entry.path, entry.name)),
	);
}

/** @param {string} file: tests are not built */
const isSource = (file) => file.endsWith('.ts') && !file.endsWith('.test.ts');

async function buildIfStale() {
	const names = readdirSync(packages);
	if (!names.some(isStale)) return;
	const { default: lockfile } = await import('proper-lockfile');
	// Two commands started together must not write the same files.
	const release = await lockfile.lock(root, {
		lockfilePath: join(root, '.build.lock'),
		retries: { retries: 60, maxTimeout: 1000 },
	});
	try {
		if (!names.some(isStale)) return;
		const started = new Date();
		const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
		const { status } = spawnSync(process.execPath, [tsc, '-b'], { cwd: root, stdio: ['ignore', 2, 2] });
		if (status !== 0) process.exit(1);
		// A build that has nothing to write (a file touched, a checkout) leaves its stamp as it was, and would be asked for at every start.
		for (const name of names) utimesSync(stampOf(name), started, started);
	} finally {
		await release();
	}
}

const command = process.argv[2] ?? '';
const commands = readdirSync(packages).filter((name) =>
	statSync(join(packages, name, 'src', 'cli.ts'), { throwIfNoEntry: false }),
);
if (!commands.includes(command)) {
	process.stderr.write(`error: there is no command ${command}; there are ${commands.join(', ')}\n`);
	process.exit(2);
}
await buildIfStale();
process.argv.splice(1, 2, join(packages, command, 'dist', 'cli.js'));
await import(pathToFileURL(process.argv[1]).href);
