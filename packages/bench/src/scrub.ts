import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '@steering/core/artifacts';
import { lowRankProduct } from '@steering/core/interventions';
import { fitScrub, HookedModel, type ScrubStep } from '@steering/core/model';
import { uniformFor } from '@steering/core/seed';
import { relativeDifference, requireAgreement } from './agreement.js';
import { type BenchContext, type BenchJob, secondsOf } from './job.js';
import { checkpointOf, pythonSeconds } from './python-side.js';
import { type BenchRow, benchRow } from './ratios.js';

/** The reference's own measurement: half of the prompts positive, half negative. */
const PROMPTS = 64;
const TOKENS = 60;
const MULT = 1;
/** Of each sub-layer's vector and eraser, relative: rounding adds up over 60 sub-layers (SPEC 3). */
const AGREEMENT = 2e-2;

/** Scrubbing beside the Python method, and beside itself on half of the prompts. */
export const SCRUB_JOBS: readonly BenchJob[] = [
	{ name: 'scrub', needs: 'python', run: (context) => withModel(context, compareScrub) },
	{ name: 'scrub-growth', run: (context) => withModel(context, measureGrowth) },
];

async function withModel(
	context: BenchContext,
	measure: (model: HookedModel, context: BenchContext) => Promise<BenchRow>,
): Promise<BenchRow> {
	const model = await HookedModel.load(context.model, {
		precision: 'exact',
		signal: context.signal,
		onNote: context.onNote,
	});
	try {
		return await measure(model, context);
	} finally {
		await model.release();
	}
}

async function compareScrub(model: HookedModel, { rounds, folder, signal, onNote }: BenchContext): Promise<BenchRow> {
	const checkpoint = await checkpointOf(model.files.folder, folder, signal);
	const examples = makeExamples(model, PROMPTS);
	const [input, output] = [join(folder, 'scrub-input.safetensors'), join(folder, 'scrub-output.safetensors')];
	const data = Int32Array.from([...examples.positives, ...examples.negatives].flat());
	await writeSafetensors(input, { ids: { dtype: 'I32', shape: [PROMPTS, TOKENS], data } });
	const ratios: number[] = [];
	for (let round = 1; round <= rounds; round++) {
		let steps: ScrubStep[] = [];
		const ours = await secondsOf(async () => {
			steps = await scrub(model, examples, signal);
		});
		const theirs = await pythonSeconds('scrub.py', [checkpoint, input, output], signal);
		const difference = await worstDifference(steps, output);
		requireAgreement('scrub: vectors or erasers', difference, AGREEMENT);
		ratios.push(theirs / ours);
		const apart = `sub-layers at most ${difference.toExponential(1)} apart`;
		onNote(`scrub, round ${round}: ${ours.toFixed(2)} s here, ${theirs.toFixed(2)} s in Python, ${apart}`);
	}
	const job = `scrub, ${model.info.layers} layers, ${PROMPTS} prompts of ${TOKENS} tokens`;
	return benchRow(job, 'the Python reference', ratios, 3);
}

/** Twice the time of the prompts over the time of twice the prompts: 1 where the cost doubles with them. */
async function measureGrowth(model: HookedModel, { rounds, signal, onNote }: BenchContext): Promise<BenchRow> {
	const [some, twice] = [makeExamples(model, PROMPTS), makeExamples(model, 2 * PROMPTS)];
	const ratios: number[] = [];
	for (let round = 1; round <= rounds; round++) {
		const once = await secondsOf(() => scrub(model, some, signal));
		const doubled = await secondsOf(() => scrub(model, twice, signal));
		ratios.push((2 * once) / doubled);
		onNote(`scrub-growth, round ${round}: ${once.toFixed(2)} s for ${PROMPTS}, ${doubled.toFixed(2)} s for twice that`);
	}
	return benchRow(`scrub, ${2 * PROMPTS} prompts`, `twice the time of ${PROMPTS}`, ratios, 0.9);
}

interface Examples {
	positives: number[][];
	negatives: number[][];
}

function scrub(model: HookedModel, examples: Examples, signal: AbortSignal | undefined): Promise<ScrubStep[]> {
	const session = { precision: 'exact' as const, work: model.work };
	const { layers } = model.info;
	return fitScrub({ path: model.files.onnxPath, layers, ...examples, mult: MULT, method: 'leace', session, signal });
}

const COMMON = 'the cat sat on a mat and then it went to the park with some dogs while people read about rivers'.split(
	' ',
);
const POSITIVE = 'warm bright kind happy gentle sunny'.split(' ');
const NEGATIVE = 'cold dark cruel sad harsh stormy'.split(' ');

/** Prompts of exactly TOKENS tokens, whose last words differ between the sides: there is something to erase. */
function makeExamples({ tokenizer }: HookedModel, count: number): Examples {
	const prompt = (i: number, last: readonly string[]) => {
		const uniform = uniformFor('bench scrub', i);
		const pick = (words: readonly string[]) => words[Math.floor(uniform() * words.length)]!;
		const words = [...Array.from({ length: 2 * TOKENS }, () => pick(COMMON)), pick(last), pick(last)];
		return tokenizer.encode(words.join(' ')).slice(-TOKENS);
	};
	const side = (last: readonly string[], from: number) =>
		Array.from({ length: count / 2 }, (_, i) => prompt(from + i, last));
	return { positives: side(POSITIVE, 0), negatives: side(NEGATIVE, count / 2) };
}

/** Of our vectors and erasers to those that Python wrote: the worst sub-layer. */
async function worstDifference(steps: readonly ScrubStep[], path: string): Promise<number> {
	const { tensors } = await readSafetensors(path);
	const stored = (index: number, part: string) => tensors.get(`${index}.${part}`)!.data as Float32Array;
	const differences = steps.flatMap(({ vector, map }, index) => {
		const { left, right, rank } = map;
		// h - P h for columns, h + h left right for rows.
		const erased = lowRankProduct(left, right, vector.length, rank).map((value) => -value);
		const [projLeft, projRight] = [stored(index, 'proj_left'), stored(index, 'proj_right')];
		const columns = projRight.length / vector.length;
		const projection = transposed(lowRankProduct(projLeft, projRight, vector.length, columns), vector.length);
		return [relativeDifference(vector, stored(index, 'vec')), relativeDifference(erased, projection)];
	});
	return Math.max(...differences);
}

function transposed(matrix: Float64Array, width: number): Float64Array {
	return matrix.map((_, i) => matrix[(i % width) * width + Math.floor(i / width)]!);
}
