import { existsSync } from 'node:fs';
import { z } from 'zod';
import { withLock } from './lock.js';
import { readJson } from './read-json.js';
import { writeJsonAtomic } from './write-file-atomic.js';

/** What is measured beside the judge's scores; docs/evaluating.md says how. */
export const MEASURE_NAMES = ['ab', 'ppl', 'kl', 'mmlu', 'repetition', 'self_ppl'] as const;
export type MeasureName = (typeof MEASURE_NAMES)[number];

/** Lower and upper end; null: not a finite number, or nothing to measure. */
const interval = z.tuple([z.number(), z.number()]).nullable();
export type Interval = z.output<typeof interval>;

export const measureRecordSchema = z
	.looseObject({
		/** Over all units; null where a model is so broken that it is no finite number, or where no unit has any weight. */
		value: z.number().nullable(),
		/** 95% percentile bootstrap over the units. */
		interval,
		/** Units with a weight. */
		n: z.int().min(0),
		/** What one value is of, and what is resampled. */
		unit: z.enum(['question', 'exchange', 'prompt']),
		/** One of each unit, in the data's order, in the measure's own units but for perplexities: there nats a token. */
		values: z.array(z.number().nullable()),
		/** What each value counts in the mean: tokens; absent: each the same. */
		weights: z.array(z.int().min(0)).optional(),
		/** What the record depends on; records that differ here are different measurements. */
		provenance: z.record(z.string(), z.unknown()),
		versions: z.record(z.string(), z.string()),
	})
	.refine(({ values, weights }) => weights === undefined || weights.length === values.length, {
		error: 'as many weights as values are needed',
		path: ['weights'],
	});
export type MeasureRecord = z.output<typeof measureRecordSchema>;
export type MeasureRecords = Partial<Record<MeasureName, MeasureRecord>>;

const recordsSchema = z.partialRecord(z.enum(MEASURE_NAMES), measureRecordSchema);
export const measuresFileSchema = z.looseObject({
	schema: z.literal(1),
	settings: z.record(z.string(), z.unknown()),
	mult: z.number(),
	measures: recordsSchema,
	/** The same measures with other vectors in the place of the settings': of random direction and the same norm. */
	baselines: z.strictObject({ random: recordsSchema.optional() }),
});
export type MeasuresFile = z.output<typeof measuresFileSchema>;

export interface AddedMeasures {
	settings: Record<string, unknown>;
	mult: number;
	measures?: MeasureRecords;
	baselines?: { random?: MeasureRecords };
}

/** Beside the response file (which need not be there), as the manifest is. */
export function measuresPath(responses: string): string {
	return `${responses}.measures.json`;
}

/**
 * The measures beside a response file; undefined when there are none.
 * @throws SteeringError ERR_BAD_FILE naming the file and what is wrong in it
 */
export async function readMeasures(responses: string): Promise<MeasuresFile | undefined> {
	const path = measuresPath(responses);
	return existsSync(path) ? await readJson(path, measuresFileSchema) : undefined;
}

/** Adds measures to those beside a response file, in the place of older ones of the same names. Throws ERR_BAD_FILE, ERR_LOCKED. */
export async function writeMeasures(responses: string, added: AddedMeasures): Promise<void> {
	const path = measuresPath(responses);
	await withLock(path, async () => {
		const old = await readMeasures(responses);
		const random = { ...old?.baselines.random, ...added.baselines?.random };
		const merged = {
			...{ schema: 1 as const, settings: added.settings, mult: added.mult },
			measures: inOrder({ ...old?.measures, ...added.measures }),
			baselines: Object.keys(random).length > 0 ? { random: inOrder(random) } : {},
		};
		await writeJsonAtomic(path, measuresFileSchema.parse(merged));
	});
}

/** The bytes do not tell in which order things were measured. */
function inOrder(records: MeasureRecords): MeasureRecords {
	const present = MEASURE_NAMES.filter((name) => records[name] !== undefined);
	return Object.fromEntries(present.map((name) => [name, records[name]]));
}
