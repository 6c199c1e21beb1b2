import { join } from 'node:path';
import {
	MEASURE_NAMES,
	type MeasureName,
	type MeasureRecord,
	type ResponseItem,
	readResponses,
} from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import type { Intervention } from '@steering/core/interventions';
import type { Unit } from './bootstrap.js';
import { hashOf } from './data-hash.js';
import { FLUENCY_NAMES, fluency } from './fluency.js';
import type { MeasureOptions } from './measure.js';
import { type Cell, MeasuresStore, type Wanted } from './measures-store.js';
import { sampleReplies, samplingOf } from './random-replies.js';
import { recordOf } from './record.js';
import type { SteeredMeasure } from './steered-measure.js';
import type { SteeredModel } from './steered-model.js';
import type { Target } from './targets.js';

export interface TargetRecord {
	target: Target;
	name: MeasureName;
	value: number | null;
	interval: MeasureRecord['interval'];
	n: number;
	random?: Pick<MeasureRecord, 'value' | 'interval'>;
	skipped: boolean;
}

/** Records that are made together, and how. */
interface Job {
	cells: Cell[];
	/** For progress. */
	runs: number;
	run(): Promise<void>;
}

/** The measures of one settings at its multipliers, under one model. */
export class GroupRun {
	readonly #options: MeasureOptions;
	readonly #steered: SteeredModel;
	readonly #targets: readonly Target[];
	readonly #store: MeasuresStore;

	constructor(options: MeasureOptions, steered: SteeredModel, targets: readonly Target[]) {
		this.#options = options;
		this.#steered = steered;
		this.#targets = targets;
		this.#store = new MeasuresStore(options.root, options.overwrite ?? false);
	}

	/** Nothing is measured before everything that was measured otherwise is refused. */
	async measureAll(measures: readonly SteeredMeasure[], replies: boolean): Promise<TargetRecord[]> {
		const jobs: Job[] = [];
		for (const measure of measures) jobs.push(await this.#steeredJob(measure));
		if (replies) for (const target of this.#targets) jobs.push(await this.#fluencyJob(target));
		this.#options.onStart?.(jobs.reduce((sum, { runs }) => sum + runs, 0));
		for (const { run } of jobs) await run();
		return report(jobs.flatMap(({ cells }) => cells));
	}

	/** All multipliers, and their baselines, go through the model together. */
	async #steeredJob(measure: SteeredMeasure): Promise<Job> {
		const names = measure.names.filter((name) => this.#options.measures.some((asked) => asked === name));
		const wanted: Wanted[] = [];
		for (const target of this.#targets) {
			const provenance = { data: measure.data, ...(await this.#steered.steeredProvenance(target)) };
			for (const baseline of this.#sides) wanted.push(...names.map((name) => ({ target, name, baseline, provenance })));
		}
		const cells = await this.#store.look(wanted);
		const pending = cells.filter(isMissing);
		const variants = [...new Map(pending.map((cell) => [variantKey(cell), cell])).values()];
		const missing = names.filter((name) => pending.some((cell) => cell.name === name));
		const run = async () => {
			if (variants.length === 0) return;
			const interventions: Intervention[][] = [];
			for (const cell of variants) interventions.push(await this.#steered.interventions(cell));
			const { signal, onProgress } = this.#options;
			const units = await measure.run(this.#steered.model, interventions, missing, { signal, onProgress });
			for (const cell of pending) {
				const variant = variants.findIndex((each) => variantKey(each) === variantKey(cell));
				this.#make(cell, measure.unit, units.get(cell.name)![variant]!);
			}
			await this.#store.write(pending);
		};
		return { cells, runs: variants.length === 0 ? 0 : measure.runs(missing, variants.length), run };
	}

	async #fluencyJob(target: Target): Promise<Job> {
		requireOwnReplies(target, this.#steered.model.info.fingerprint);
		const items = await readResponses(join(this.#options.root, target.path));
		const data = { replies: hashOf(items.map(({ prompt, responses }) => [prompt, responses])) };
		const wanted: Wanted[] = [];
		for (const baseline of this.#sides) {
			const steered = baseline && { ...(await this.#steered.steeredProvenance(target)), ...samplingOfTarget(target) };
			const provenance = { data, ...(steered ?? this.#steered.provenance) };
			wanted.push(...FLUENCY_NAMES.map((name) => ({ target, name, baseline, provenance })));
		}
		const cells = await this.#store.look(wanted);
		const sides = this.#sides
			.map((baseline) => cells.filter((cell) => cell.baseline === baseline && isMissing(cell)))
			.filter(({ length }) => length > 0);
		const run = async () => {
			for (const pending of sides) {
				const replies = pending[0]!.baseline ? await this.#randomReplies(pending[0]!, items) : items;
				const units = await fluency(this.#steered.model, replies, { signal: this.#options.signal });
				for (const cell of pending) this.#make(cell, 'prompt', units.get(cell.name)!);
				await this.#store.write(pending);
				this.#options.onProgress?.(items.length);
			}
		};
		return { cells, runs: items.length * sides.length, run };
	}

	async #randomReplies(cell: Cell, items: readonly ResponseItem[]): Promise<ResponseItem[]> {
		const interventions = await this.#steered.interventions(cell);
		const { target } = cell;
		return await sampleReplies(this.#steered.model, items, samplingOfTarget(target).sampling, {
			...{ interventions, mult: target.mult, signal: this.#options.signal },
		});
	}

	get #sides(): readonly Wanted['baseline'][] {
		return this.#options.baseline ? [undefined, this.#options.baseline] : [undefined];
	}

	#make(cell: Cell, unit: MeasureRecord['unit'], units: readonly Unit[]): void {
		cell.made = recordOf(cell.name, unit, units, cell.provenance, this.#steered.seed);
	}
}

const isMissing = ({ found }: Cell) => found === undefined;
const variantKey = ({ target, baseline }: Wanted) => `${target.path} ${baseline ?? ''}`;
const samplingOfTarget = ({ manifest, path }: Target) => ({ sampling: samplingOf(manifest, path) });

/** @throws SteeringError ERR_MISMATCH for replies that other weights gave: what this model makes of them says nothing of steering */
function requireOwnReplies({ manifest, path }: Target, fingerprint: string): void {
	if (manifest?.model === undefined || manifest.model.fingerprint === fingerprint) return;
	const message = `the replies in ${path} are of another model (its weights differ from ${manifest.model.name}'s here)`;
	throw new SteeringError('ERR_MISMATCH', message, { hint: 'name the model that gave them with --model' });
}

/** Measure by measure, each at the multipliers in their order. */
function report(cells: readonly Cell[]): TargetRecord[] {
	const steered = MEASURE_NAMES.flatMap((name) =>
		cells.filter((cell) => cell.name === name && cell.baseline === undefined),
	);
	return steered.map((cell) => {
		const { target, name } = cell;
		const other = cells.find((each) => each.target === target && each.name === name && each.baseline !== undefined);
		const [own, random] = [cell, other].map((each) => each?.found ?? each?.made);
		const { value, interval, n } = own!;
		const beside = random ? { random: { value: random.value, interval: random.interval } } : {};
		return { target, name, value, interval, n, ...beside, skipped: ![cell, ...(other ? [other] : [])].some(isMissing) };
	});
}
