import { join } from 'node:path';
import { type MeasureName, type MeasureRecord, measuresPath, readMeasures } from '@steering/core/artifacts';
import { resolveDataRoot } from '@steering/core/datasets';
import { type AskedDevice, HookedModel, type PreparationHooks } from '@steering/core/model';
import type { Precision } from '@steering/core/onnx';
import type { NamedSettings } from '@steering/core/settings';
import { GroupRun } from './group-run.js';
import { type DataOptions, loadMeasures } from './measure-data.js';
import type { Baseline, Measure } from './names.js';
import { requireBaseline } from './random-baseline.js';
import type { SteeredMeasure } from './steered-measure.js';
import { SteeredModel } from './steered-model.js';
import { findTargets, type Target } from './targets.js';

export interface MeasureOptions extends DataOptions {
	/** The folder that holds artifacts/. */
	root: string;
	measures: readonly Measure[];
	/** Only these settings. Default: every settings with response files. */
	settings?: NamedSettings | undefined;
	/** Only these multipliers; named together with settings, they need no response files. Default: those of response files. */
	mults?: readonly number[] | undefined;
	/** Measure random directions of the same norm, too. */
	baseline?: Baseline | undefined;
	data?: string | undefined;
	/** Of the intervals, and of the random directions. */
	seed?: number | undefined;
	/** Take vectors that another model of the same width made. */
	force?: boolean | undefined;
	overwrite?: boolean | undefined;
	/** Default `fast`: as the model was exported, and as steer samples. */
	precision?: Precision | undefined;
	threads?: number | undefined;
	device?: AskedDevice | undefined;
	signal?: AbortSignal | undefined;
	/** Told what happens before the model can be opened: downloads, a build. */
	preparation?: PreparationHooks | undefined;
	/** Told what is left out, and why. */
	onNote?: ((note: string) => void) | undefined;
	/** Called for each settings with the number of runs still to be done. */
	onStart?: ((runs: number) => void) | undefined;
	onProgress?: ((runs: number) => void) | undefined;
}

/** One measure of one measures file. */
export interface Measured {
	/** Of the measures file, relative to `root`. */
	path: string;
	settings: NamedSettings;
	mult: number;
	measure: MeasureName;
	value: number | null;
	interval: MeasureRecord['interval'];
	n: number;
	/** The same with a random direction, if asked for. */
	random?: { value: number | null; interval: MeasureRecord['interval'] };
	/** Whether all of it was there already. */
	skipped: boolean;
}

/**
 * Measures what no judge is needed for, and writes it beside the response files, measure by measure. What is there already and
 * was measured in the same way is kept; what was measured otherwise is an error, unless it is to be overwritten.
 *
 * Throws ERR_USAGE, ERR_MISSING_INPUT, ERR_MISMATCH, ERR_BAD_FILE, ERR_LOCKED.
 */
export async function measure(options: MeasureOptions): Promise<Measured[]> {
	const plans = await plan(options);
	const measured: Measured[] = [];
	let model: { source: string; loaded: HookedModel } | undefined;
	try {
		for (const { targets, steered, dataRoot } of plans) {
			const source = targets[0]!.settings.model;
			if (model?.source !== source) {
				await model?.loaded.release();
				model = { source, loaded: await load(source, options) };
			}
			const run = new GroupRun(options, new SteeredModel(model.loaded, options, dataRoot), targets);
			const records = await run.measureAll(steered, options.measures.includes('fluency'));
			for (const { target, name, ...record } of records) {
				const { settings, mult, path } = target;
				measured.push({ path: measuresPath(path), settings, mult, measure: name, ...record });
			}
		}
	} finally {
		await model?.loaded.release();
	}
	return measured;
}

interface Plan {
	targets: Target[];
	steered: SteeredMeasure[];
	/** Empty where only replies are measured. */
	dataRoot: string;
}

/** Everything that can be refused without a model is. */
async function plan(options: MeasureOptions): Promise<Plan[]> {
	const { measures, baseline, root } = options;
	const steeredNames = measures.filter((name) => name !== 'fluency');
	const groups = await findTargets(options, measures.includes('fluency'));
	const plans: Plan[] = [];
	for (const targets of groups) {
		const { settings } = targets[0]!;
		if (baseline) requireBaseline(settings);
		const needsData = steeredNames.length > 0;
		const dataRoot = needsData ? resolveDataRoot({ data: options.data, model: settings.model }) : '';
		const steered = await loadMeasures(steeredNames, settings, dataRoot, options);
		plans.push({ targets, steered, dataRoot });
		for (const { path } of targets) await readMeasures(join(root, path));
	}
	return plans;
}

function load(
	source: string,
	{ precision = 'fast', threads, device, signal, preparation }: MeasureOptions,
): Promise<HookedModel> {
	return HookedModel.load(source, { precision, threads, device, signal, ...preparation });
}
