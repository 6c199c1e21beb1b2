import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Manifest, type ResponseItem, readManifest, readMeasures, readResponses } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import type { NamedSettings } from '@steering/core/settings';
import { type Figure, findResponseSets, type ResponseSet, readScoredSets, type ScoredSet } from '@steering/plots';
import type { ExperimentMult } from '../report-data.js';

/**
 * Of all response files together. The replies travel as one JSON text, and neither V8 nor a browser has a string of more
 * than 512 Mi characters.
 */
export const MAX_RESPONSE_BYTES = 400 * 2 ** 20;

/** The response files of one settings, read. */
export interface ReadExperiment {
	settings: NamedSettings;
	files: ReadFile[];
}

export interface ReadFile {
	mult: number;
	path: string;
	items: ResponseItem[];
	/** Those of the pictures; empty where the file is not scored, or not as pictures need it. */
	figures: Figure[];
	measures: ExperimentMult['measures'];
	manifest: Manifest | undefined;
}

export interface ReadArtifacts {
	experiments: ReadExperiment[];
	scored: ScoredSet[];
	/** A line each: files that are not scored. */
	notes: string[];
	/** Files that cannot be read or plotted. */
	problems: SteeringError[];
}

/** @throws {SteeringError} ERR_MISSING_INPUT without any response file, ERR_BAD_FILE beyond MAX_RESPONSE_BYTES */
export async function readArtifacts(artifacts: string, signal?: AbortSignal): Promise<ReadArtifacts> {
	const problems: SteeringError[] = [];
	const onProblem = (problem: SteeringError) => problems.push(problem);
	const sets = await findResponseSets(artifacts, onProblem);
	if (sets.length === 0) throw nothingToReport(artifacts, problems);
	await checkSize(artifacts, sets);
	// Its notes are of files that pictures leave out; here they are not left out.
	const scored = await readScoredSets(sets, { signal, onNote: () => {}, onProblem });
	const figures = new Map(scored.flatMap(({ files }) => files.map((file) => [file.path, file.figures])));
	const notes: string[] = [];
	const experiments: ReadExperiment[] = [];
	for (const { settings, files } of sets) {
		const read: ReadFile[] = [];
		for (const { mult, path } of files) {
			signal?.throwIfAborted();
			const file = await kept(readFile(mult, path, figures.get(path) ?? []), problems, path);
			if (!file) continue;
			read.push(file);
			if (!file.items.some(isScored)) notes.push(`${basename(path)}: not scored; \`pnpm eval\` scores it`);
		}
		if (read.length > 0) experiments.push({ settings, files: read });
	}
	return { experiments, scored, notes, problems };
}

async function readFile(mult: number, path: string, figures: Figure[]): Promise<ReadFile> {
	const items = await readResponses(path);
	const records = Object.entries((await readMeasures(path))?.measures ?? {});
	const measures = records.map(([name, { value, interval }]) => ({ name, value, interval }));
	return { mult, path, items, figures, measures, manifest: await manifestOf(path) };
}

export function isScored({ scores, num_scores }: ResponseItem): boolean {
	return scores !== undefined || num_scores !== undefined;
}

/** Files that Python made have none. */
async function manifestOf(path: string): Promise<Manifest | undefined> {
	try {
		return await readManifest(path);
	} catch (error) {
		if (error instanceof SteeringError && error.code === 'ERR_MISSING_INPUT') return undefined;
		throw error;
	}
}

/** undefined for a file that cannot be read; it is a problem once, also where the pictures met it first. */
async function kept<T>(file: Promise<T>, problems: SteeringError[], path: string): Promise<T | undefined> {
	try {
		return await file;
	} catch (error) {
		if (!(error instanceof SteeringError) || error.code !== 'ERR_BAD_FILE') throw error;
		if (!problems.some(({ message }) => message.startsWith(path))) problems.push(error);
		return undefined;
	}
}

async function checkSize(artifacts: string, sets: readonly ResponseSet[]): Promise<void> {
	const sizes = await Promise.all(sets.flatMap(({ files }) => files.map(async ({ path }) => (await stat(path)).size)));
	const bytes = sizes.reduce((sum, size) => sum + size, 0);
	if (bytes <= MAX_RESPONSE_BYTES) return;
	throw new SteeringError(
		'ERR_BAD_FILE',
		`the responses in ${join(artifacts, 'responses')} are ${bytes} bytes, a report holds ${MAX_RESPONSE_BYTES}`,
		{ hint: 'move some of them to another folder and report on each with --artifacts' },
	);
}

function nothingToReport(artifacts: string, [problem]: readonly SteeringError[]): SteeringError {
	if (problem) return problem;
	return new SteeringError('ERR_MISSING_INPUT', `no responses in ${join(artifacts, 'responses')}`, {
		hint: 'make them with `pnpm steer`, then `pnpm eval`; `pnpm demo` makes some in a minute',
	});
}
