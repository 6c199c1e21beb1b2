import type { Precision } from '@steering/core/onnx';
import { relativeDifference, requireAgreement } from '../agreement.js';
import type { BenchContext, BenchJob } from '../job.js';
import type { BenchRow } from '../ratios.js';
import type { SideAnswer } from './requests.js';
import { compete, type Round } from './rounds.js';
import type { Side } from './side.js';
import { engineSide, referenceSide } from './sides.js';
import { withModel, withSides } from './with-sides.js';
import { prompts } from './workload.js';

const TOKENS = 80;
/** Of 256: rates are compared, and both are the same from prompt to prompt. */
const PROMPTS = { ours: 24, theirs: 6 };
/** Of the activations after all layers to the reference's, relative: float32 on both sides, or products with 8-bit activations. */
const AGREEMENT: Readonly<Record<Precision, number>> = { exact: 1e-4, fast: 0.1 };
const TARGET: Readonly<Record<Precision, number>> = { exact: 2, fast: 3 };

/** Activations of all layers beside the Python reference. */
export const CAPTURE_JOBS: readonly BenchJob[] = (['fast', 'exact'] as const).map((precision) => ({
	name: `capture-${precision}`,
	needs: 'python',
	run: (context) => compareCapture(precision, context),
}));

function compareCapture(precision: Precision, context: BenchContext): Promise<BenchRow> {
	return withModel(context, (model) =>
		withSides([engineSide(precision), referenceSide], { model, context }, async ([ours, theirs]) => {
			const all = prompts(model, PROMPTS.ours, TOKENS);
			const some = all.slice(0, PROMPTS.theirs);
			const difference = relativeDifference(await activations(ours!, all), await activations(theirs!, some));
			requireAgreement(`capture-${precision}: activations`, difference, AGREEMENT[precision]);
			context.onNote(`capture-${precision}: activations ${difference.toExponential(1)} apart`);
			return compete(
				{
					...{ name: `capture-${precision}`, target: TARGET[precision], unit: 'tokens/s', against: theirs!.name },
					job: `activations of all layers, prompts of ${TOKENS} tokens, ${precision}`,
					ours: () => rateOf(ours!, all),
					theirs: () => rateOf(theirs!, some),
				},
				context,
			);
		}),
	);
}

async function activations(side: Side, some: readonly number[][]): Promise<number[]> {
	return (await capture(side, some.slice(0, 2))).activations!;
}

async function rateOf(side: Side, some: readonly number[][]): Promise<Round> {
	const { whole } = await capture(side, some);
	const tokens = some.length * TOKENS;
	return { value: tokens / whole.seconds, cpu: tokens / whole.cpu };
}

function capture(side: Side, some: readonly (readonly number[])[]): Promise<SideAnswer> {
	return side.ask({ op: 'capture', prompts: some });
}
