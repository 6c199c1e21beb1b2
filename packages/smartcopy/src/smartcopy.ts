import { realpathSync } from 'node:fs';
import { withLock } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import { Destination } from './destination.js';
import { keepLarger } from './larger.js';
import { mergeTensors } from './merge-tensors.js';
import { mergeMeasures, mergeResponses } from './merge-texts.js';
import { openSource } from './source/open-source.js';
import type { Source } from './source/source.js';
import { type Merge, type MergeUnit, type Unit, unitsOf } from './unit.js';
import { carryOut } from './writes.js';

export interface SmartcopyOptions {
	/** An archive (.tar, .tar.gz, .tgz), or a folder: one that holds artifacts/, artifacts/ itself or one of its folders. */
	source: string;
	/** A folder at any of these levels; made when it is not there. */
	destination: string;
	/** The reference's rule in place of merging: of two files the larger. */
	prefer?: 'larger' | undefined;
	/** Say what would happen. */
	dryRun?: boolean | undefined;
	signal?: AbortSignal | undefined;
	onStart?: ((files: number) => void) | undefined;
	onProgress?: (() => void) | undefined;
}

export interface CopiedFile {
	/** In the destination. */
	path: string;
	result: 'copied' | 'merged' | 'kept';
	/** What the two sides say differently, in words: `2 replies`. */
	conflicts: string[];
	/** Where what lost is kept. */
	asides: string[];
}

export interface Smartcopy {
	files: CopiedFile[];
	/** Paths in the source that are not results: journals, locks, files of other tools. */
	leftOut: string[];
}

const MERGES: Record<Unit['kind'], MergeUnit> = {
	responses: mergeResponses,
	measures: mergeMeasures,
	tensor: mergeTensors,
};

interface Step {
	/** Locked while it is written, as steer and eval do. */
	path: string;
	merge: () => Promise<Merge>;
}

/**
 * Merges results into a folder so that no score is lost: what only one side has is taken, and of what they say differently one
 * stands and the rest is kept aside. The order of merges does not matter, and a killed one is finished by the next. Everything is
 * read and checked before anything is written.
 *
 * Throws ERR_MISSING_INPUT, ERR_USAGE, ERR_BAD_FILE, ERR_LOCKED, ERR_FAILED.
 */
export async function smartcopy(options: SmartcopyOptions): Promise<Smartcopy> {
	const source = await openSource(options.source);
	try {
		return await copy(source, options);
	} finally {
		await source.close();
	}
}

async function copy(source: Source, options: SmartcopyOptions): Promise<Smartcopy> {
	const { signal, onStart, onProgress } = options;
	const to = new Destination(options.destination, source.files);
	const units = unitsOf(source.files).filter(({ data, asides }) => data || asides.length > 0);
	requireApart(source, to, options);
	const steps = units.flatMap((unit) => stepsOf(unit, to, options));
	onStart?.(options.dryRun ? steps.length : 2 * steps.length);
	const files: CopiedFile[] = [];
	for (const { path, merge } of steps) {
		signal?.throwIfAborted();
		files.push(copied(path, await merge(), to));
		onProgress?.();
	}
	if (!options.dryRun) {
		for (const [i, { path, merge }] of steps.entries()) {
			signal?.throwIfAborted();
			if (files[i]!.result !== 'kept') files[i] = await withLock(path, async () => written(path, await merge(), to));
			onProgress?.();
		}
	}
	const taken = new Set(units.flatMap(({ data, manifest, asides }) => [data, manifest, ...asides]));
	const alone = source.files.filter((file) => !taken.has(file)).map(({ path }) => path);
	return { files, leftOut: [...source.leftOut, ...alone].sort() };
}

function stepsOf(unit: Unit, to: Destination, { prefer }: SmartcopyOptions): Step[] {
	if (prefer === undefined) {
		return [{ path: to.place(unit.folder, unit.base), merge: () => shallow(unit.base, MERGES[unit.kind](unit, to)) }];
	}
	const files = [unit.data, unit.manifest, ...unit.asides].filter((file) => file !== undefined);
	return files.map((file) => ({ path: to.place(file.folder, file.name), merge: async () => keepLarger(file, to) }));
}

/** JSON can be nested deeper than any program can walk. */
async function shallow<T>(name: string, work: Promise<T>): Promise<T> {
	return await work.catch((cause) => {
		if (!(cause instanceof RangeError)) throw cause;
		throw new SteeringError('ERR_BAD_FILE', `${name}: nested too deeply to be a result`, { cause });
	});
}

async function written(path: string, merge: Merge, to: Destination): Promise<CopiedFile> {
	for (const write of merge.writes) await carryOut(write);
	return copied(path, merge, to);
}

function copied(path: string, { writes, isNew, conflicts, asides }: Merge, to: Destination): CopiedFile {
	const result = writes.length === 0 ? 'kept' : isNew ? 'copied' : 'merged';
	return { path: to.relative(path), result, conflicts, asides: asides.map((each) => to.relative(each)) };
}

/** A folder that is merged into itself has nothing to say, and may be written while it is read. */
function requireApart({ files }: Source, to: Destination, { source, destination }: SmartcopyOptions): void {
	const isSame = files.some(({ from, folder, name }) => realpathSync(from) === to.place(folder, name));
	if (!isSame && realpathSync(source) !== to.root) return;
	throw new SteeringError('ERR_USAGE', `${source} and ${destination} are the same results`, {
		hint: 'give the folder of another machine, or an archive',
	});
}
