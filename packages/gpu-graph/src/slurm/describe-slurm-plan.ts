import { Fingerprints } from '../fingerprint.js';
import type { Run } from '../job.js';
import { planRun, type Selection } from '../plan-run.js';
import { stateDirOf } from '../run-graph.js';
import { readRunState } from '../run-state.js';
import { groupJobs } from './job-groups.js';
import { slurmId } from './slurm-ref.js';

export interface SlurmPlan {
	readonly run: string;
	readonly finished: number;
	/** How many times `sbatch` would be called. */
	readonly submissions: number;
	readonly jobs: readonly { job: string; slurm: string; after: string; why: string }[];
}

/** What `runOnSlurm` would submit now, without the lock and without a word to Slurm. */
export async function describeSlurmPlan(run: Run, root: string, selection: Selection): Promise<SlurmPlan> {
	const records = readRunState(stateDirOf(root, run.name));
	const fingerprints = new Fingerprints(root);
	const plan = await planRun(run, records, root, (job) => fingerprints.of(job), selection);
	const why = new Map(plan.todo.map((planned) => [planned.job.name, planned.why]));
	const todo = plan.todo.map(({ job }) => job);
	const live = todo.filter(({ name }) => records.get(name)?.slurm?.id);
	const groups = groupJobs(
		todo.filter((job) => !live.includes(job)),
		new Set(live.map(({ name }) => name)),
	);
	const waiting = live.map((job) => ({
		job: job.name,
		slurm: slurmId(records.get(job.name)!.slurm!),
		after: '',
		why: why.get(job.name)!,
	}));
	const submitted = groups.flatMap(({ jobs, tasks }, index) =>
		jobs.map(({ name, needs }, position) => ({
			job: name,
			slurm: `new ${index + 1}${tasks ? ` task ${tasks[position]}` : ''}`,
			after: needs.filter((need) => why.has(need)).join(', '),
			why: why.get(name)!,
		})),
	);
	return {
		run: run.name,
		finished: plan.finished.length,
		submissions: groups.length,
		jobs: [...waiting, ...submitted],
	};
}
