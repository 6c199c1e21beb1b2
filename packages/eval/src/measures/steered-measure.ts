import type { MeasureName, MeasureRecord } from '@steering/core/artifacts';
import type { Intervention } from '@steering/core/interventions';
import type { HookedModel } from '@steering/core/model';
import type { Unit } from './bootstrap.js';

export interface RunOptions {
	signal?: AbortSignal | undefined;
	onProgress?: ((runs: number) => void) | undefined;
}

/** What is known of a model, without any replies: measured under interventions, many of them in one go. */
export interface SteeredMeasure {
	/** What comes out of the same runs. */
	readonly names: readonly MeasureName[];
	readonly unit: MeasureRecord['unit'];
	/** Which data: a record made with other data is another measurement. */
	readonly data: Record<string, unknown>;
	/** Runs that measuring these names under that many variants takes, for progress. */
	runs(names: readonly MeasureName[], variants: number): number;
	/** Per name and variant one unit of each item, in the data's order. */
	run(
		model: HookedModel,
		variants: readonly (readonly Intervention[])[],
		names: readonly MeasureName[],
		options: RunOptions,
	): Promise<Map<MeasureName, Unit[][]>>;
}
