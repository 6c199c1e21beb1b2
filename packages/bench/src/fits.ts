import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '@steering/core/artifacts';
import { fitBinaryLeace, fitQuadratic, fitQuadraticLda, QUADRATIC_CLASSES, type Rows } from '@steering/core/erasure';
import { uniformFor } from '@steering/core/seed';
import { relativeDifference, requireAgreement } from './agreement.js';
import { type BenchContext, type BenchJob, secondsOf } from './job.js';
import { pythonSeconds } from './python-side.js';
import { type BenchRow, benchRow } from './ratios.js';

/** The size of the reference's own measurement: 512 examples of a model of width 4096. */
const EXAMPLES = 512;
const WIDTH = 4096;
/** Rows moved by both sides must agree to this, relative. */
const AGREEMENT = 1e-5;

interface Problem {
	x: Rows & { data: Float64Array };
	positives: Rows;
	negatives: Rows;
}

interface Fit {
	name: string;
	target: number;
	/** The fit; what is given back moves the examples, and is not timed. */
	fit(problem: Problem): () => Float64Array;
}

const { negative, positive, union } = QUADRATIC_CLASSES;
const FITS: Fit[] = [
	{
		name: 'leace',
		target: 10,
		fit: ({ x, positives, negatives }) => {
			const { eraser } = fitBinaryLeace(positives, negatives);
			return () => eraser.erase(x);
		},
	},
	{
		name: 'quad',
		target: 20,
		fit: ({ x, positives, negatives }) => {
			const editor = fitQuadratic(positives, negatives);
			// Both maps that steering can ask for; the Python fit makes all nine.
			editor.map(union, negative).left;
			const map = editor.map(union, positive);
			map.left;
			return () => map.apply(x);
		},
	},
	{
		name: 'quadlda',
		target: 20,
		fit: ({ x, positives, negatives }) => {
			const { editor } = fitQuadraticLda(positives, negatives);
			editor.map(positive, negative).left;
			const map = editor.map(negative, positive);
			map.left;
			return () => map.apply(x);
		},
	},
];

/** Erasers and editors beside concept_erasure, fitted to the same rows. */
export const FIT_JOBS: readonly BenchJob[] = FITS.map((fit) => ({
	name: fit.name,
	needs: 'python',
	run: (context) => compareFits(fit, context),
}));

async function compareFits({ name, target, fit }: Fit, context: BenchContext): Promise<BenchRow> {
	const { rounds, folder, signal, onNote } = context;
	const [input, output] = [join(folder, 'fit-input.safetensors'), join(folder, 'fit-output.safetensors')];
	const problem = await makeProblem(input);
	const ratios: number[] = [];
	for (let round = 1; round <= rounds; round++) {
		signal?.throwIfAborted();
		let move: () => Float64Array = () => new Float64Array(0);
		const ours = await secondsOf(() => {
			move = fit(problem);
		});
		const theirs = await pythonSeconds('erasure.py', [input, output, name], signal);
		const { tensors } = await readSafetensors(output);
		const difference = relativeDifference(move(), tensors.get('moved')!.data as Float64Array);
		requireAgreement(`${name}: the rows moved by the fits`, difference, AGREEMENT);
		ratios.push(theirs / ours);
		const apart = `rows ${difference.toExponential(1)} apart`;
		onNote(`${name}, round ${round}: ${ours.toFixed(2)} s here, ${theirs.toFixed(2)} s in Python, ${apart}`);
	}
	return benchRow(`${name} fit, ${EXAMPLES} x ${WIDTH}`, 'concept_erasure', ratios, target);
}

/** Gaussian rows, the first ten dimensions moved in every second one, as the reference's own bench makes them. */
async function makeProblem(path: string): Promise<Problem> {
	const uniform = uniformFor('bench erasure');
	const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
	const data = new Float64Array(EXAMPLES * WIDTH);
	const z = new Float64Array(EXAMPLES);
	for (let row = 0; row < EXAMPLES; row++) {
		z[row] = row % 2;
		for (let i = 0; i < WIDTH; i++) data[row * WIDTH + i] = normal() + (i < 10 ? z[row]! : 0);
	}
	await writeSafetensors(path, {
		X: { dtype: 'F64', shape: [EXAMPLES, WIDTH], data },
		z: { dtype: 'F64', shape: [EXAMPLES], data: z },
	});
	const side = (label: number): Rows => {
		const rows = [...z.keys()].filter((row) => z[row] === label);
		const part = new Float64Array(rows.length * WIDTH);
		for (const [i, row] of rows.entries()) part.set(data.subarray(row * WIDTH, (row + 1) * WIDTH), i * WIDTH);
		return { data: part, rows: rows.length, width: WIDTH };
	};
	return { x: { data, rows: EXAMPLES, width: WIDTH }, positives: side(1), negatives: side(0) };
}
