import { type MeasureName, type MeasureRecord, versions } from '@steering/core/artifacts';
import { bootstrap, perplexity, RESAMPLES, type Unit, weightedMean } from './bootstrap.js';

/** What the units of a measure come to. */
const STATISTICS: Record<MeasureName, (units: readonly Unit[]) => number | undefined> = {
	ab: weightedMean,
	ppl: perplexity,
	kl: weightedMean,
	mmlu: weightedMean,
	repetition: weightedMean,
	self_ppl: perplexity,
};

export function recordOf(
	name: MeasureName,
	unit: MeasureRecord['unit'],
	units: readonly Unit[],
	provenance: MeasureRecord['provenance'],
	seed: number,
): MeasureRecord {
	const estimate = bootstrap(units, STATISTICS[name], seed);
	const weights = units.map(({ weight }) => weight);
	return {
		...estimate,
		n: weights.filter((weight) => weight > 0).length,
		unit,
		values: units.map(({ value }) => (Number.isFinite(value) ? value : null)),
		...(weights.every((weight) => weight === 1) ? {} : { weights }),
		provenance: { ...provenance, resamples: RESAMPLES },
		versions: versions(),
	};
}
