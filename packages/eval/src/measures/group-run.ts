import { join } from 'node:path';
import { MEASURE_NAMES, type MeasureName, type MeasureRecord, readResponses } from '@steering/core/artifacts';
import type { Intervention } from '@steering/core/interventions';
import type { HookedModel } from '@steering/core/model';
import { chooseMethod, type SteeringMethod } from '@steering/steer';
import type { Unit } from './bootstrap.js';
import { hashOf } from './data-hash.js';
import { FLUENCY_NAMES, fluency } from './fluency.js';
import type { MeasureOptions } from './measure.js';
import { type Cell, MeasuresStore, type Wanted } from './measures-store.js';
import { withRandomDirections } from './random-baseline.js';
import { sampleReplies, samplingOf } from './random-replies.js';
import { recordOf } from './record.js';
import type { SteeredMeasure } from './steered-measure.js';
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

/** The measures of one settings at its multipliers, under one model. */
export class GroupRun {
	readonly #options: MeasureOptions;
	readonly #model: HookedModel;
	readonly #targets: readonly Target[];
	readonly #dataRoot: string;
	readonly #store: MeasuresStore;
	readonly #methods = new Map<string, Promise<SteeringMethod>>();
	readonly #interventions = new Map<Target, Promise<Intervention[]>>();

	constructor(options: MeasureOptions, model: HookedModel, targets: readonly Target[], dataRoot: string) {
		this.#options = options;
		this.#model = model;
		this.#targets = targets;
		this.#dataRoot = dataRoot;
		this.#store = new MeasuresStore(options.root, options.overwrite ?? false);
	}

	/** Nothing is measured before everything that was measured otherwise is refused. */
	async measureAll(steered: readonly SteeredMeasure[], replies: boolean): Promise<TargetRecord[]> {
		const jobs = [];
		for (const measure of steered) jobs.push(await this.#steeredJob(measure));
		if (replies) for (const target of this.#targets) jobs.push(await this.#fluencyJob(target));
		this.#options.onStart?.(jobs.reduce((sum, { runs }) => sum + runs, 0));
		for (const { run } of jobs) await run();
		return this.#report(jobs.flatMap(({ cells }) => cells));
	}

	get #run() {
		const { signal, onProgress } = this.#options;
		return { signal, onProgress };
	}

	/** As many variants at once as there are multipliers and baselines to measure. */
	async #steeredJob(measure: SteeredMeasure) {
		const names = measure.names.filter((name) => this.#options.measures.some((asked) => asked === name));
		const wanted: Wanted[] = [];
		for (const target of this.#targets) {
			const { data } = measure;
			for (const baseline of this.#sides)
				for (const name of names)
					wanted.push({ target, name, baseline, provenance: await this.#provenance(target, data) });
		}
		const cells = await this.#store.look(wanted);
		const pending = cells.filter(({ found }) => found === undefined);
		const variants = [...new Map(pending.map((cell) => [variantKey(cell), cell])).values()];
		const missing = names.filter((name) => pending.some((cell) => cell.name === name));
		const run = async () => {
			if (variants.length === 0) return;
			const interventions: Intervention[][] = [];
			for (const cell of variants) interventions.push(await this.#interventionsOf(cell));
			const units = await measure.run(this.#model, interventions, missing, this.#run);
			for (const cell of pending) {
				const variant = variants.findIndex((each) => variantKey(each) === variantKey(cell));
				this.#set(cell, measure.unit, units.get(cell.name)![variant]!);
			}
			await this.#store.write(pending);
		};
		return { cells, runs: variants.length === 0 ? 0 : measure.runs(missing, variants.length), run };
	}

	async #fluencyJob(target: Target) {
		const items = await readResponses(join(this.#options.root, target.path));
		const data = { replies: hashOf(items.map(({ prompt, responses }) => [prompt, responses])) };
		const wanted: Wanted[] = [];
		for (const baseline of this.#sides) {
			const sampling = baseline ? { sampling: samplingOf(target.manifest, target.path) } : {};
			const provenance = baseline
				? { ...(await this.#provenance(target, data)), ...sampling }
				: { data, model: this.#identity, ...this.#seeds };
			for (const name of FLUENCY_NAMES) wanted.push({ target, name, baseline, provenance });
		}
		const cells = await this.#store.look(wanted);
		const sides = this.#sides.map((baseline) =>
			cells.filter((cell) => cell.baseline === baseline && cell.found === undefined),
		);
		const run = async () => {
			for (const pending of sides.filter(({ length }) => length > 0)) {
				const replies = pending[0]!.baseline ? await this.#randomReplies(pending[0]!, items) : items;
				const units = await fluency(this.#model, replies, { signal: this.#options.signal });
				for (const cell of pending) this.#set(cell, 'prompt', units.get(cell.name)!);
				await this.#store.write(pending);
				this.#options.onProgress?.(items.length);
			}
		};
		return { cells, runs: items.length * sides.filter(({ length }) => length > 0).length, run };
	}

	async #randomReplies(cell: Cell, items: Awaited<ReturnType<typeof readResponses>>) {
		const { manifest, path, mult } = cell.target;
		const interventions = await this.#interventionsOf(cell);
		return await sampleReplies(this.#model, items, samplingOf(manifest, path), {
			...{ interventions, mult, signal: this.#options.signal },
		});
	}

	get #sides(): readonly Wanted['baseline'][] {
		return this.#options.baseline ? [undefined, this.#options.baseline] : [undefined];
	}

	#set(cell: Cell, unit: MeasureRecord['unit'], units: readonly Unit[]): void {
		cell.made = recordOf(cell.name, unit, units, cell.provenance, this.#seeds.seed);
	}

	get #identity() {
		const { name, fingerprint, precision } = this.#model.info;
		return { name, fingerprint, precision };
	}

	get #seeds() {
		return { seed: this.#options.seed ?? 0 };
	}

	async #provenance(target: Target, data: Record<string, unknown>) {
		const method = await this.#method(target);
		return { data, model: this.#identity, method: method.identity, ...flagsOf(target), ...this.#seeds };
	}

	/** Ready once for all multipliers, unless their replies were sampled with different flags. */
	#method(target: Target): Promise<SteeringMethod> {
		const flags = flagsOf(target);
		const key = JSON.stringify(flags);
		const { root, force, threads, signal } = this.#options;
		const { settings } = target;
		const input = { settings, model: this.#model, root, dataRoot: this.#dataRoot, force, threads, signal };
		const method = this.#methods.get(key) ?? chooseMethod(input, { trivial: false, bias: false, ...flags });
		this.#methods.set(key, method);
		return method;
	}

	async #interventionsOf({ target, baseline }: Wanted): Promise<Intervention[]> {
		const made =
			this.#interventions.get(target) ??
			this.#method(target).then(({ interventionsAt }) => interventionsAt(target.mult));
		this.#interventions.set(target, made);
		return baseline ? withRandomDirections(await made, target.mult, this.#seeds.seed) : await made;
	}

	/** Measure by measure, each at the multipliers in their order. */
	#report(cells: readonly Cell[]): TargetRecord[] {
		return MEASURE_NAMES.flatMap((name) =>
			cells.filter((cell) => cell.name === name && cell.baseline === undefined),
		).map((cell) => {
			const { target, name } = cell;
			const other = cells.find((each) => each.target === target && each.name === name && each.baseline !== undefined);
			const [own, random] = [cell, other].map((each) => each?.found ?? each?.made);
			const { value, interval, n } = own!;
			const skipped = [cell, other].every((each) => each === undefined || each.found !== undefined);
			const beside = random ? { random: { value: random.value, interval: random.interval } } : {};
			return { target, name, value, interval, n, ...beside, skipped };
		});
	}
}

/** Flags of steer that are in no name: its manifest has them. */
function flagsOf({ manifest }: Target): { trivial?: true; bias?: true } {
	return {
		...(manifest?.trivial === true ? { trivial: true } : {}),
		...(manifest?.bias === true ? { bias: true } : {}),
	};
}

const variantKey = ({ target, baseline }: Wanted) => `${target.path} ${baseline ?? ''}`;
