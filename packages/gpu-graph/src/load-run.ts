import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ErrorCode, SteeringError } from '@steering/core/errors';
import { evaluating } from './evaluating.js';
import type { Run } from './job.js';
import { parseRun } from './parse-run.js';

/**
 * Loads and checks a run file, TypeScript or JavaScript, by what it exports as default (or as `commands` and
 * `dependencies`).
 * @throws {SteeringError} ERR_MISSING_INPUT when there is no such file, ERR_USAGE when it does not hold a run
 */
export async function loadRun(file: string): Promise<Run> {
	const path = resolve(file);
	if (!existsSync(path)) throw missing(file);
	const exported = await evaluating(file, () => importDefault(path, file));
	return parseRun(exported, file, basename(path).replace(/\.[cm]?[jt]s$/, ''));
}

async function importDefault(path: string, file: string): Promise<unknown> {
	const { tsImport } = await import('tsx/esm/api');
	let module: Record<string, unknown>;
	let exported: unknown;
	try {
		module = await tsImport(pathToFileURL(path).href, import.meta.url);
		// A file outside any ES module package comes as CommonJS, its default one level down.
		exported = await ((module.default as { default?: unknown } | undefined)?.default ?? module.default);
	} catch (error) {
		throw asSteeringError(error, file);
	}
	if (exported !== undefined && exported !== null && Object.keys(exported).length > 0) return exported;
	if ('commands' in module) return { commands: module.commands, dependencies: module.dependencies ?? {} };
	throw new SteeringError('ERR_USAGE', `${file} exports no run`, {
		hint: 'write `export default defineRun({ name, jobs: [...] })`',
	});
}

/** What goes wrong in a run file is its author's to see; helpers loaded beside it throw their own copy of our class. */
function asSteeringError(error: unknown, file: string): SteeringError {
	const { name, code, message, hint } = error as SteeringError;
	const options = { cause: error, ...(hint === undefined ? {} : { hint }) };
	if (name === 'SteeringError') return new SteeringError(code as ErrorCode, `${file}: ${message}`, options);
	return new SteeringError('ERR_USAGE', `${file}: ${firstLine(String(message ?? error))}`, { cause: error });
}

/** Of esbuild, which reads TypeScript for tsx, the second line: the first only counts the errors. */
function firstLine(message: string): string {
	const [first, second] = message.split('\n', 2);
	return second !== undefined && first!.startsWith('Transform failed')
		? second.replace(/^.*?:(\d+):\d+: ERROR: /, 'line $1: ')
		: first!;
}

function missing(file: string): SteeringError {
	const folder = existsSync(dirname(file)) ? dirname(file) : 'runs';
	const there = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.ts')) : [];
	const hint = there.length === 0 ? 'run files are in runs/' : `in ${folder} there are ${there.slice(0, 8).join(', ')}`;
	return new SteeringError('ERR_MISSING_INPUT', `there is no run file ${file}`, { hint });
}
