import { dependencyOrder } from '../dependency-order.js';
import type { Job } from '../job.js';

/** Slurm's default MaxArraySize is 1001; a larger one would only save submissions. */
const MAX_ARRAY_TASKS = 1000;

/** Jobs that one `sbatch` submits: a single one, or the tasks of an array. */
export interface JobGroup {
	readonly jobs: readonly Job[];
	/** The array task of each job; null for a single job. */
	readonly tasks: readonly number[] | null;
	/** What all of them wait for (`afterok`). */
	readonly after: readonly string[];
	/** An array whose task of the same number each task waits for (`aftercorr`): a job of it. */
	readonly afterTaskOf: string | null;
}

/**
 * Jobs that are alike as arrays: the same resources, and either the same dependencies or one each on distinct tasks of
 * one array. In an order in which each group comes after what it waits for. The dependencies of each job are exactly its
 * needs among `jobs` and `live`.
 * @param live names of jobs that are with Slurm already
 */
export function groupJobs(jobs: readonly Job[], live: ReadonlySet<string>): JobGroup[] {
	const groups: JobGroup[] = [];
	const placed = new Map<string, { group: number; task: number | null }>();
	const names = new Set(jobs.map(({ name }) => name));
	const needsOf = (job: Job) => job.needs.filter((need) => names.has(need) || live.has(need));
	for (const level of levels(jobs, names)) {
		const drafts = new Map<string, { job: Job; task: number | null }[]>();
		for (const job of level) {
			const needs = needsOf(job);
			const at = needs.length === 1 ? placed.get(needs[0]!) : undefined;
			const task = at?.task ?? null;
			const resources = JSON.stringify([job.gpus, job.timeout, job.retries]);
			// A second job that waits for the same task belongs to another array.
			for (let copy = 0; ; copy++) {
				const key = JSON.stringify([resources, task === null ? needs.toSorted() : at!.group, task !== null, copy]);
				const draft = drafts.get(key) ?? [];
				drafts.set(key, draft);
				const isFull =
					draft.length === MAX_ARRAY_TASKS || (task !== null && draft.some((other) => other.task === task));
				if (isFull) continue;
				draft.push({ job, task });
				break;
			}
		}
		for (const draft of drafts.values()) groups.push(place(draft, needsOf, placed, groups.length));
	}
	return groups;
}

function place(
	draft: readonly { job: Job; task: number | null }[],
	needsOf: (job: Job) => string[],
	placed: Map<string, { group: number; task: number | null }>,
	index: number,
): JobGroup {
	const jobs = draft.map(({ job }) => job);
	const isArray = jobs.length > 1;
	const follows = isArray && draft[0]!.task !== null;
	const tasks = isArray ? draft.map(({ task }, position) => task ?? position) : null;
	for (const [position, { name }] of jobs.entries())
		placed.set(name, { group: index, task: tasks?.[position] ?? null });
	const needs = needsOf(jobs[0]!);
	return { jobs, tasks, after: follows ? [] : needs, afterTaskOf: follows ? needs[0]! : null };
}

/** Jobs by the length of the longest chain before them. */
function levels(jobs: readonly Job[], names: ReadonlySet<string>): Job[][] {
	const found: Job[][] = [];
	const depths = new Map<string, number>();
	for (const job of dependencyOrder(jobs)) {
		const depth = Math.max(-1, ...job.needs.filter((need) => names.has(need)).map((need) => depths.get(need)!)) + 1;
		depths.set(job.name, depth);
		found[depth] ??= [];
		found[depth].push(job);
	}
	return found;
}
