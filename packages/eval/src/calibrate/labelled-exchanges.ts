import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MAX_DATASET_BYTES, readJsonFile, resolveDataRoot } from '@steering/core/datasets';
import { BEHAVIORS, type Behavior } from '@steering/core/settings';
import { z } from 'zod';

/** The project's own, in plain English: two up from `eval/src/calibrate` and `eval/dist/calibrate` alike. */
export const ENGLISH_EXCHANGES = fileURLToPath(new URL('../../labelled/english.json', import.meta.url));

/** The embedded model's, in its own language; none of it was in its training. */
export function organismExchanges(): string {
	return join(resolveDataRoot({ model: 'organism', env: {} }), 'held-out.json');
}

/** An exchange and what a judge ought to say of it. */
export interface LabelledExchange {
	/** Null: whether the answer refuses. */
	behavior: Behavior | null;
	question: string;
	answer: string;
	/** A truth value without a behavior, 0 to 10 with one. */
	label: boolean | number;
}

const exchange = { question: z.string(), answer: z.string() };
const yesNo = z.union([z.boolean(), z.enum(['yes', 'no']).transform((word) => word === 'yes')], {
	error: 'must be yes or no, since there is no behavior',
});
const gradeError = { error: 'must be a whole number from 0 to 10' };
const grade = z
	.unknown()
	.transform((value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value))
	.pipe(z.int(gradeError).min(0, gradeError).max(10, gradeError));
const rowSchema = z.discriminatedUnion('behavior', [
	z.object({ behavior: z.null(), ...exchange, label: yesNo }),
	z.object({ behavior: z.enum(BEHAVIORS), ...exchange, label: grade }),
]);
const rowsSchema = z.array(rowSchema).min(1, 'has no rows');
const fileSchema = z.union([
	z.looseObject({ exchanges: z.unknown() }).transform(({ exchanges }) => exchanges),
	z.unknown(),
]);

export interface LabelledSet {
	/** As reports name it. */
	file: string;
	sha256: string;
	exchanges: LabelledExchange[];
}

/**
 * A JSON file of labelled exchanges: a list, or an object with one under `exchanges`.
 * @throws SteeringError ERR_MISSING_INPUT, or ERR_BAD_FILE naming file and row
 */
export async function readLabelledExchanges(path: string): Promise<LabelledSet> {
	const limits = { maxBytes: MAX_DATASET_BYTES, hint: 'give a file of labelled exchanges: --labelled FILE' };
	const exchanges = await readJsonFile<LabelledExchange[]>(path, fileSchema.pipe(rowsSchema), limits);
	const sha256 = createHash('sha256').update(JSON.stringify(exchanges)).digest('hex').slice(0, 32);
	return { file: basename(path), sha256, exchanges };
}
