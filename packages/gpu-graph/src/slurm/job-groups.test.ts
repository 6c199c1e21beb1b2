import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JobInput } from '../job.js';
import { parseRun } from '../parse-run.js';
import { groupJobs } from './job-groups.js';

const jobsOf = (jobs: JobInput[]) => parseRun({ jobs }, 'r', 'r').jobs;

test('a sweep: an array for each step, task behind task; what two tasks need has two arrays behind it', () => {
	const jobs = ['a', 'b'].flatMap((name): JobInput[] => [
		{ name: `steer_${name}`, command: 'x', needs: ['gen'] },
		{ name: `eval_${name}`, command: 'x', needs: [`steer_${name}`] },
		{ name: `eval2_${name}`, command: 'x', needs: [`steer_${name}`] },
		{ name: `plots_${name}`, command: 'x', needs: [`eval_${name}`], gpus: 0 },
	]);
	const groups = groupJobs(jobsOf([...jobs, { name: 'gen', command: 'x' }]), new Set());
	expect(
		groups.map((group) => [group.jobs.map(({ name }) => name), group.tasks, group.after, group.afterTaskOf]),
	).toEqual([
		[['gen'], null, [], null],
		[['steer_a', 'steer_b'], [0, 1], ['gen'], null],
		[['eval_a', 'eval_b'], [0, 1], [], 'steer_a'],
		[['eval2_a', 'eval2_b'], [0, 1], [], 'steer_a'],
		[['plots_a', 'plots_b'], [0, 1], [], 'eval_a'],
	]);
});

/** Jobs that need some of those before them, in a shuffled file, some of them with Slurm already. */
const graphs = fc
	.array(fc.record({ needs: fc.array(fc.nat(), { maxLength: 3 }), gpus: fc.nat({ max: 1 }), live: fc.boolean() }), {
		maxLength: 30,
	})
	.chain((drafts) => {
		const jobs = drafts.map(({ needs, gpus, live }, index) => ({
			live: live && index < 5,
			job: {
				name: `j${index}`,
				command: 'x',
				gpus,
				needs: index === 0 ? [] : [...new Set(needs.map((need) => `j${need % index}`))],
			},
		}));
		return fc.shuffledSubarray(jobs, { minLength: jobs.length });
	});

test('each job is in one group; what it waits for by the group is exactly what it needs', () => {
	fc.assert(
		fc.property(graphs, (drafts) => {
			const all = jobsOf(drafts.map(({ job }) => job));
			const live = new Set(drafts.filter((draft) => draft.live).map(({ job }) => job.name));
			const jobs = all.filter(({ name }) => !live.has(name));
			const groups = groupJobs(jobs, live);
			expect(groups.flatMap((group) => group.jobs.map(({ name }) => name)).toSorted()).toEqual(
				jobs.map(({ name }) => name).toSorted(),
			);
			const before = new Set(live);
			for (const group of groups) {
				const { tasks, after, afterTaskOf } = group;
				expect(tasks === null).toBe(group.jobs.length === 1);
				expect(new Set(tasks).size).toBe(tasks === null ? 0 : group.jobs.length);
				const behind = groups.find((other) => other.jobs.some(({ name }) => name === afterTaskOf));
				group.jobs.forEach((job, index) => {
					const same = behind?.jobs[behind.tasks!.indexOf(tasks![index]!)]?.name;
					expect(job.needs.toSorted()).toEqual([...after, ...(same === undefined ? [] : [same])].toSorted());
					expect(job.needs.every((need) => before.has(need))).toBe(true);
					expect(job.gpus).toBe(group.jobs[0]!.gpus);
				});
				for (const { name } of group.jobs) before.add(name);
			}
		}),
		{ numRuns: 300 },
	);
});
