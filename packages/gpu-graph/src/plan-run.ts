import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import { dependencyOrder, dependentsOf, reachable } from './dependency-order.js';
import type { Job, Run } from './job.js';
import type { Fingerprint, JobRecord } from './job-record.js';
import { nearest } from './nearest.js';

/** Which part of a run is asked for. */
export interface Selection {
	/** Only jobs whose name matches one of these (`*` and `?` as in a shell), and what they still need. */
	readonly only?: readonly string[];
	/** This job and everything that depends on it, done before or not. */
	readonly from?: string;
}

export interface Plan {
	/** Jobs to run, each with the reason, in the order of the run file. */
	readonly todo: readonly { readonly job: Job; readonly why: string }[];
	/** Names of jobs that are done and need not run. */
	readonly finished: readonly string[];
}

/**
 * What is left to do: what was never done, what failed, was skipped or interrupted, what has changed since (its command,
 * environment or inputs), what has lost an output, and what depends on a job that is, or was since, done anew.
 * @param fingerprintOf as the job would start now; asked only for jobs recorded as done
 * @throws {SteeringError} ERR_USAGE for a selection that selects nothing
 */
export async function planRun(
	run: Run,
	records: ReadonlyMap<string, JobRecord>,
	root: string,
	fingerprintOf: (job: Job) => Promise<Fingerprint>,
	selection: Selection = {},
): Promise<Plan> {
	const why = new Map<string, string>();
	for (const job of dependencyOrder(run.jobs)) {
		const reason = await whyAgain(job, records, why, root, fingerprintOf);
		if (reason !== undefined) why.set(job.name, reason);
	}
	const forced = forcedBy(run, selection.from);
	const wanted = wantedOf(run, selection.only, forced);
	for (const name of forced)
		if (wanted.has(name)) why.set(name, why.get(name) ?? `asked for with --from ${selection.from}`);
	const needs = new Map(run.jobs.map((job) => [job.name, job.needs]));
	const unfinished = [...wanted].filter((name) => why.has(name));
	const selected = reachable(unfinished, (name) => needs.get(name)!.filter((need) => why.has(need)));
	return {
		todo: run.jobs.flatMap((job) => (selected.has(job.name) ? [{ job, why: why.get(job.name)! }] : [])),
		finished: run.jobs.filter((job) => !why.has(job.name)).map((job) => job.name),
	};
}

const WHY_UNFINISHED = {
	submitted: 'submitted before',
	running: 'interrupted before',
	interrupted: 'interrupted before',
	failed: 'failed before',
	skipped: 'skipped before',
};

async function whyAgain(
	job: Job,
	records: ReadonlyMap<string, JobRecord>,
	unfinished: ReadonlyMap<string, string>,
	root: string,
	fingerprintOf: (job: Job) => Promise<Fingerprint>,
): Promise<string | undefined> {
	const record = records.get(job.name);
	if (!record) return 'new';
	if (record.state !== 'done') return WHY_UNFINISHED[record.state];
	const now = await fingerprintOf(job);
	if (now.command !== record.fingerprint?.command) return 'its command changed';
	if (now.inputs !== record.fingerprint.inputs) return 'its inputs changed';
	const lost = job.outputs.find((output) => !existsSync(resolve(root, output)));
	if (lost !== undefined) return `${lost} is gone`;
	const redone = job.needs.find((need) => unfinished.has(need) || records.get(need)!.n > (record.startN ?? 0));
	return redone === undefined ? undefined : `${redone} is done anew`;
}

function forcedBy(run: Run, from: string | undefined): Set<string> {
	if (from === undefined) return new Set();
	const names = run.jobs.map((job) => job.name);
	if (!names.includes(from))
		throw new SteeringError('ERR_USAGE', `--from ${from}: the run has no such job`, { hint: nearest(from, names) });
	const dependents = dependentsOf(run.jobs);
	return reachable([from], (name) => dependents.get(name)!.map((job) => job.name));
}

function wantedOf(run: Run, only: readonly string[] | undefined, forced: ReadonlySet<string>): Set<string> {
	const names = forced.size > 0 ? [...forced] : run.jobs.map((job) => job.name);
	if (only === undefined || only.length === 0) return new Set(names);
	const wanted = new Set<string>();
	for (const pattern of only) {
		const matching = names.filter((name) => toRegExp(pattern).test(name));
		if (matching.length === 0)
			throw new SteeringError('ERR_USAGE', `--only ${pattern} matches no job`, { hint: nearest(pattern, names) });
		for (const name of matching) wanted.add(name);
	}
	return wanted;
}

function toRegExp(pattern: string): RegExp {
	const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
	return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}
