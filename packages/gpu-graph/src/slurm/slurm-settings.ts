import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import { z } from 'zod';

/** Site settings, beside `pnpm-workspace.yaml`: accounts and partitions belong to no run file that others read. */
export const SITE_FILE = 'steering.slurm.json';

const word = z.string().regex(/^[^\s,;]+$/, 'must be one word');
const TIME = /^(\d+|\d+:\d\d|\d+:\d\d:\d\d|\d+-\d+(:\d\d){0,2})$/;
/** Options that the engine gives itself: a second value would make it lose its jobs. */
const OWN = [
	...['array', 'dependency', 'kill-on-invalid-dep', 'job-name', 'comment', 'chdir', 'output', 'error', 'open-mode'],
	...[
		'parsable',
		'wrap',
		'wait',
		'requeue',
		'no-requeue',
		'signal',
		'test-only',
		'export',
		'export-file',
		'input',
		'hold',
	],
];
const extra = z
	.string()
	.regex(/^--[a-z][a-z-]*(=.*)?$/s, 'must look like --constraint=a100')
	.refine((option) => !OWN.includes(nameOf(option)), 'is set by gpu-graph itself');

/** How jobs are submitted. What is left out is the cluster's default. */
export const slurmSettingsSchema = z.strictObject({
	partition: z
		.string()
		.regex(/^[^\s;]+$/, 'must be one word')
		.optional(),
	account: word.optional(),
	qos: word.optional(),
	/** sbatch's `--time`: minutes, MM:SS, HH:MM:SS, D-HH or D-HH:MM. A job's own `timeout` goes before it. */
	time: z.string().regex(TIME, 'must be minutes, HH:MM:SS or D-HH:MM').optional(),
	/** sbatch's `--mem`, of each node: `32G`. */
	memory: z
		.string()
		.regex(/^\d+[KMGT]?$/i, 'must be like 32G')
		.optional(),
	/** Cores of a job; `STEERING_THREADS` is set to them. */
	cpus: z.int().min(1).max(4096).optional(),
	/** More options of sbatch, one each: `--constraint=a100`. */
	sbatch: z.array(extra).optional(),
});
export type SlurmSettings = z.infer<typeof slurmSettingsSchema>;

/**
 * Flags before the run file's `slurm` before `steering.slurm.json`; options of sbatch add up.
 * @throws {SteeringError} ERR_USAGE for a value that is none, ERR_BAD_FILE for a site file that is none
 */
export function slurmSettings(root: string, ofRun: SlurmSettings = {}, flags: SlurmSettings = {}): SlurmSettings {
	const site = readSite(join(root, SITE_FILE));
	const given = parse(flags, 'ERR_USAGE', (path) => (path === '' ? 'the flags' : `--${path}`));
	const sbatch = [site, ofRun, given].flatMap((settings) => settings.sbatch ?? []);
	return { ...site, ...ofRun, ...given, ...(sbatch.length > 0 && { sbatch }) };
}

function readSite(path: string): SlurmSettings {
	if (!existsSync(path)) return {};
	let value: unknown;
	try {
		value = JSON.parse(readFileSync(path, 'utf8'));
	} catch (cause) {
		throw new SteeringError('ERR_BAD_FILE', `${path} is not JSON`, { hint: 'correct it or remove it', cause });
	}
	return parse(value, 'ERR_BAD_FILE', (at) => [path, at].filter(Boolean).join(': '));
}

function parse(value: unknown, code: 'ERR_USAGE' | 'ERR_BAD_FILE', where: (path: string) => string): SlurmSettings {
	const result = slurmSettingsSchema.safeParse(value);
	if (result.success) return result.data;
	const { path, message } = result.error.issues[0]!;
	const given = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], value);
	const shown = typeof given === 'object' || given === undefined ? '' : ` ${String(given)}`;
	throw new SteeringError(code, `${where(path.map(String)[0] ?? '')}${shown} ${message}`, {
		hint: `settings are ${Object.keys(slurmSettingsSchema.shape).join(', ')}`,
	});
}

function nameOf(option: string): string {
	return option.slice(2).split('=', 1)[0]!;
}
