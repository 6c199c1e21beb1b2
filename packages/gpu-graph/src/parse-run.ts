import { SteeringError } from '@steering/core/errors';
import { z } from 'zod';
import { checkRun } from './check-run.js';
import type { Run } from './job.js';
import { slurmSettingsSchema } from './slurm/slurm-settings.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is refused
const printable = z.string().regex(/^[^\u0000-\u001f\u007f]+$/, 'must be printable text on one line');
const COMMAND_SHAPE = 'must be a command line or a list of strings';
const command = z.union([z.string().regex(/\S/, COMMAND_SHAPE), z.array(z.string()).min(1)], {
	error: COMMAND_SHAPE,
});
const path = z.string().min(1);

const job = z.strictObject({
	name: printable.max(500),
	command,
	needs: z
		.array(z.string())
		.transform((needs) => [...new Set(needs)])
		.default([]),
	gpus: z.int().min(0).default(1),
	env: z
		.record(z.string().regex(/^[^=\0]+$/), z.string())
		.refine((env) => !('CUDA_VISIBLE_DEVICES' in env), 'CUDA_VISIBLE_DEVICES is set by the slot')
		.default({}),
	retries: z.int().min(0).default(0),
	timeout: z.number().positive().nullable().default(null),
	inputs: z.array(path).default([]),
	outputs: z.array(path).default([]),
});
const name = printable.max(100).optional();
const slurm = slurmSettingsSchema.optional();
const runObject = z.strictObject({ name, slurm, jobs: z.array(job) });
const commandsObject = z.strictObject({
	name,
	slurm,
	commands: z.record(printable, command),
	dependencies: z.record(z.string(), z.array(z.string())).default({}),
});

/**
 * Checks what a run file exports: `{ name, jobs }` or `{ commands, dependencies }`.
 * @param source what to call it in messages, e.g. `runs/demo.ts`
 * @param defaultName the run's name when it gives none
 * @throws {SteeringError} ERR_USAGE naming the job and what is wrong with it
 */
export function parseRun(value: unknown, source: string, defaultName: string): Run {
	const run = isRecord(value) && 'commands' in value ? fromCommands(value, source) : fromJobs(value, source);
	const { name: given, jobs, slurm: settings } = run;
	return checkRun({ name: given ?? defaultName, jobs, ...(settings && { slurm: settings }) }, source);
}

function fromJobs(value: unknown, source: string) {
	const jobs = isRecord(value) && Array.isArray(value.jobs) ? value.jobs.flat(Number.POSITIVE_INFINITY) : undefined;
	return parse(runObject, jobs === undefined ? value : { ...(value as object), jobs }, source, (index) => {
		const given: unknown = jobs?.[Number(index)];
		return isRecord(given) && typeof given.name === 'string' ? `job ${given.name}` : `job number ${Number(index) + 1}`;
	});
}

function fromCommands(value: object, source: string) {
	const { name, slurm, commands, dependencies } = parse(commandsObject, value, source, (job) => `job ${String(job)}`);
	const stranger = Object.keys(dependencies).find((job) => !Object.hasOwn(commands, job));
	if (stranger !== undefined)
		throw new SteeringError('ERR_USAGE', `${source}: dependencies are given for ${stranger}, which has no command`);
	const jobs = Object.entries(commands).map(([job, line]) => ({
		name: job,
		command: line,
		needs: Object.hasOwn(dependencies, job) ? dependencies[job] : [],
	}));
	return { name, slurm, jobs: parse(runObject, { jobs }, source, (index) => `job ${jobs[Number(index)]?.name}`).jobs };
}

function parse<T extends z.ZodType>(schema: T, value: unknown, source: string, nameOf: (key: PropertyKey) => string) {
	const result = schema.safeParse(value);
	if (result.success) return result.data as z.output<T>;
	const issue = result.error.issues[0]!;
	const [field, key, ...rest] = issue.path;
	const isJob = key !== undefined && ['jobs', 'commands', 'dependencies'].includes(String(field));
	const where = isJob ? [nameOf(key), rest.join('.')] : [issue.path.join('.')];
	throw new SteeringError('ERR_USAGE', [source, ...where.filter((part) => part !== ''), issue.message].join(': '), {
		hint: 'a run file exports defineRun({ name, jobs: [{ name, command, needs }] }) or { commands, dependencies }',
	});
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
