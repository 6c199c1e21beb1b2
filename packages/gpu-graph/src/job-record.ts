import { SteeringError } from '@steering/core/errors';
import { z } from 'zod';

/** What a job's result depends on besides the jobs it needs; hex digests. */
const fingerprintSchema = z.object({ command: z.string(), inputs: z.string() });
export type Fingerprint = z.infer<typeof fingerprintSchema>;

/** Where Slurm has a job. */
const slurmSchema = z.object({
	/** Names the submission and the files its batch script leaves. */
	token: z.string(),
	/** The Slurm job's name: finds it again when a runner died between `sbatch` and its answer. */
	name: z.string(),
	/** The task of an array; null for a single job. */
	task: z.int().nullable(),
	/** null: about to be submitted. */
	id: z.string().nullable(),
});
export type SlurmRef = z.infer<typeof slurmSchema>;

/** A line of the journal: where a job is now. */
const recordSchema = z.object({
	job: z.string(),
	state: z.enum(['submitted', 'running', 'done', 'failed', 'skipped', 'interrupted']),
	/** Counts the transitions of all jobs of the run, over restarts: a clock that cannot be set back. */
	n: z.int(),
	/** The `n` of this job's last start. */
	startN: z.int().optional(),
	/** Milliseconds since 1970 of the transition. */
	at: z.number(),
	fingerprint: fingerprintSchema.optional(),
	/** How long it took when it was last done. */
	seconds: z.number().optional(),
	slot: z.string().optional(),
	/** Why it failed, or the failed job because of which it was skipped. */
	reason: z.string().optional(),
	/** While it is with Slurm, no runner needed: states `submitted` and `running`. */
	slurm: slurmSchema.optional(),
});
export type JobRecord = z.infer<typeof recordSchema>;

const headerSchema = z.object({ 'gpu-graph': z.literal(1), run: z.string() });

export function serializeRecords(run: string, records: Iterable<JobRecord>): string {
	const lines: unknown[] = [{ 'gpu-graph': 1, run }, ...records];
	return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/**
 * The last record of each job. What a crash left half-written at the end is dropped: those jobs run again.
 * @throws {SteeringError} ERR_BAD_FILE for damage anywhere else
 */
export function parseRecords(text: string, path: string): Map<string, JobRecord> {
	const lines = text.split('\n').filter((line) => line !== '');
	const records = new Map<string, JobRecord>();
	lines.forEach((line, index) => {
		const value = parseJson(line);
		const record = recordSchema.safeParse(value);
		if (index === 0 ? headerSchema.safeParse(value).success : record.success) {
			if (record.data) records.set(record.data.job, record.data);
		} else if (
			index === 0 ||
			lines.slice(index + 1).some((later) => recordSchema.safeParse(parseJson(later)).success)
		) {
			throw new SteeringError('ERR_BAD_FILE', `${path}: line ${index + 1} is not the state of a run`, {
				hint: 'move the file away to run every job again',
			});
		}
	});
	return records;
}

function parseJson(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}
