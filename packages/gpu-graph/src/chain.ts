import { SteeringError } from '@steering/core/errors';
import type { SettingsInput } from '@steering/core/settings';
import { chainArtifacts } from './chain-artifacts.js';
import type { Command, JobInput } from './job.js';

export interface ChainOptions<S extends SettingsInput = SettingsInput> {
	/** Multipliers, e.g. of `seq`; or what gives them for each settings. */
	readonly mults: readonly (number | string)[] | ((settings: S) => readonly (number | string)[]);
	/** More flags of `steer`, e.g. `['--repeats', '4']`. */
	readonly steer?: readonly string[];
	/** More flags of `eval`. */
	readonly eval?: readonly string[];
	/** Measures without a judge, beside `eval`, and flags of them: `['kl', 'ppl', '--text', 'wiki.txt']`. */
	readonly measure?: readonly string[];
	/** `eval` starts a judge server of its own, on this port plus the slot's number: two at once never share one. */
	readonly judgePort?: number;
	/** Draw each settings' picture at the end (default true). */
	readonly plots?: boolean;
	/** GPUs of each job but the plots (default 1). */
	readonly gpus?: number;
	/** For each job. */
	readonly env?: JobInput['env'];
	readonly retries?: number;
	readonly timeout?: number;
}

/** Flags of each command by settings key: vectors do not depend on where and how they are used. */
const VECTOR_FLAGS = ['model', 'dataset', 'behavior', 'residual', 'logit'] as const;
const ALL_FLAGS = [...VECTOR_FLAGS, 'scrub', 'layer', 'temp', 'leace', 'toks'] as const;

/**
 * The usual chain for each of the settings: `gen_*` (generate-vectors) -> `steer_*` -> `eval_*` (and `measure_*`) ->
 * `plots_*`. Settings that share their vectors share one `gen` job; scrubbing fits its own and has none. Keys that are left
 * out are left to the commands' defaults. What a job writes is among its outputs: lost files are made again, and pictures of
 * files that were changed are drawn again.
 * @throws {SteeringError} ERR_USAGE for settings that make no sense, naming the flags
 * @example chain(grid({ dataset: ['ab', 'openr'], layer: [15, 'all'] }), { mults: seq(-2, 0.2, 2) })
 */
export function chain<S extends SettingsInput>(settings: S | readonly S[], options: ChainOptions<S>): JobInput[] {
	const jobs = new Map<string, JobInput>();
	const list: readonly S[] = Array.isArray(settings) ? settings : [settings as S];
	for (const one of list) {
		const generate = one.scrub ? [] : [generateJob(one, options, jobs)];
		for (const job of generate) jobs.set(job.name, job);
		for (const job of chainJobs(one, generate, options)) {
			if (jobs.has(job.name))
				throw new SteeringError('ERR_USAGE', `chain: the same settings are there twice (${job.name})`);
			jobs.set(job.name, job);
		}
	}
	return [...jobs.values()];
}

function generateJob<S extends SettingsInput>(
	settings: S,
	options: ChainOptions<S>,
	jobs: ReadonlyMap<string, JobInput>,
): JobInput {
	const name = `gen_${label(settings, VECTOR_FLAGS)}`;
	const command = steering('generate-vectors', flags(settings, VECTOR_FLAGS));
	const { vector } = chainArtifacts(settings, [], options.env);
	const outputs = [...new Set([...(jobs.get(name)?.outputs ?? []), vector])];
	return { name, command, outputs, ...common(options) };
}

function chainJobs<S extends SettingsInput>(settings: S, before: JobInput[], options: ChainOptions<S>): JobInput[] {
	const suffix = label(settings, ALL_FLAGS);
	const mults = typeof options.mults === 'function' ? options.mults(settings) : options.mults;
	const args = [...flags(settings, ALL_FLAGS), '--mults', ...mults.map(String)];
	const judged = steering('eval', [...args, ...(options.eval ?? [])]);
	const { responses, measures, pictures } = chainArtifacts(settings, mults, options.env);
	const job = (kind: string, command: Command, needs: readonly JobInput[], outputs: readonly string[] = []) => ({
		...{ name: `${kind}_${suffix}`, command, needs: needs.map(({ name }) => name), outputs },
		...common(options),
	});
	const steer = job('steer', steering('steer', [...args, ...(options.steer ?? [])]), before, responses);
	// Scores go into the files of `steer`: no outputs of its own.
	const scored = [job('eval', withJudge(judged, options.judgePort), [steer])];
	if (options.measure && options.measure.length > 0)
		scored.push(job('measure', steering('eval', [...args, '--measure', ...options.measure]), [steer], measures));
	if (options.plots === false) return [steer, ...scored];
	// Of `eval` they are no inputs: it changes them itself, and would be out of date as soon as it ends.
	const plots = { ...job('plots', steering('plots', args), scored, pictures), inputs: responses, gpus: 0 };
	return [steer, ...scored, plots];
}

/** The command of a package, with no package manager between: jobs run where none may be installed. */
export function steering(command: string, args: readonly string[] = []): readonly string[] {
	return ['node', 'scripts/run.js', command, ...args];
}

function withJudge(command: readonly string[], port: number | undefined): Command {
	if (port === undefined) return command;
	// Only a shell knows the slot when the job starts.
	return `${command.map(quote).join(' ')} --server --port $((${port} + STEERING_SLOT))`;
}

function quote(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function flags(settings: SettingsInput, keys: readonly (keyof SettingsInput)[]): string[] {
	return keys.flatMap((key) => {
		const value = settings[key];
		if (value === undefined || value === null || value === false) return [];
		return value === true ? [`--${key}`] : [`--${key}`, String(value)];
	});
}

/** `openr_refusal_residual_all_orth`: what is told apart, in the flags' order. */
function label(settings: SettingsInput, keys: readonly (keyof SettingsInput)[]): string {
	const parts = keys.flatMap((key) => {
		const value = key === 'dataset' ? (settings.dataset ?? 'prompts') : settings[key];
		if (value === undefined || value === null || value === false) return [];
		if (value === true) return [key];
		return [key === 'layer' && value !== 'all' ? `l${value}` : key === 'temp' ? `t${value}` : String(value)];
	});
	return parts.join('_');
}

function common({ gpus, env, retries, timeout }: ChainOptions<never>) {
	return {
		...(gpus === undefined ? {} : { gpus }),
		...(env === undefined ? {} : { env }),
		...(retries === undefined ? {} : { retries }),
		...(timeout === undefined ? {} : { timeout }),
	};
}
