import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { z } from 'zod';
import type { Job } from '../job.js';

const startSchema = z.object({ id: z.string(), host: z.string(), at: z.number() });
const exitSchema = z.object({
	why: z.enum(['done', 'exit', 'timeout', 'limit', 'input', 'output']),
	/** The exit code; of `input` and `output` which of them is missing. */
	code: z.int(),
	/** Seconds since 1970 of the last attempt. */
	started: z.number(),
	ended: z.number(),
});
export type StartRecord = z.infer<typeof startSchema>;
export type ExitRecord = z.infer<typeof exitSchema>;

/** Written by the batch script when its (last) start begins; undefined before. */
export function readStart(base: string): StartRecord | undefined {
	return read(`${base}.start`, startSchema);
}

/** Written by the batch script, in one step, as its last act; undefined before, and for a job that Slurm ended. */
export function readExit(base: string): ExitRecord | undefined {
	return read(`${base}.exit`, exitSchema);
}

/** Why each attempt failed that was followed by another, one a line. */
export function readAttempts(base: string): string[] {
	try {
		return readFileSync(`${base}.attempts`, 'utf8').split('\n').slice(0, -1);
	} catch {
		return [];
	}
}

/** In the words of the local engine. */
export function failureOf(job: Job | undefined, why: string, code: number): string {
	if (why === 'timeout') return `timed out after ${job?.timeout} s`;
	if (why === 'limit') return 'stopped before the time limit of its Slurm job';
	if (why === 'input') return `its input ${job?.inputs[code] ?? ''} is not there`;
	if (why === 'output') return `exit 0, but it did not write ${job?.outputs[code] ?? ''}`;
	// A shell gives 128 plus its number for a signal.
	const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128);
	return signal ? `killed by ${signal[0]}` : `exit ${code}`;
}

function read<T extends z.ZodType>(path: string, schema: T): z.output<T> | undefined {
	try {
		return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
	} catch {
		return undefined; // not there yet: both come into place in one step
	}
}
