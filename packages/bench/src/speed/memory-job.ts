import type { BenchContext, BenchJob } from '../job.js';
import type { BenchRow } from '../ratios.js';
import { compete, type Round, requireReplies } from './rounds.js';
import { bareLoopSide, engineSide, type OpenSide, type SideInput } from './sides.js';
import { withModel, withSides } from './with-sides.js';
import { chatPrompts, type Steered, steering } from './workload.js';

const BATCH = 20;
const NEW_TOKENS = 32;

/** Most memory of a process of its own, instrumented at every layer: beside the same engine unsteered, and a bare loop. */
export const MEMORY_JOBS: readonly BenchJob[] = [
	memoryJob('memory', 'the plain model', engineSide('fast')),
	memoryJob('memory-bare', 'a bare onnxruntime-node loop', bareLoopSide),
];

function memoryJob(name: string, against: string, other: OpenSide): BenchJob {
	const job = `peak memory, batch ${BATCH}, steered at all layers`;
	// 1.10 times as much is allowed.
	const contest = { name, job, against, unit: 'MB' as const, target: 1 / 1.1 };
	const run = (context: BenchContext): Promise<BenchRow> =>
		withModel(context, (model) => {
			const ours = () => peak(engineSide('fast'), 'all', { model, context });
			const theirs = () => peak(other, 'none', { model, context });
			return compete({ ...contest, ours, theirs }, context);
		});
	return { name, run };
}

function peak(open: OpenSide, steered: Steered, input: SideInput): Promise<Round> {
	return withSides([open], input, async ([side]) => {
		const answer = await side!.ask({
			...{ op: 'decode', prompts: chatPrompts(input.model, 1), mults: [1], repeats: BATCH, newTokens: NEW_TOKENS },
			...{ temperature: 1.5, ...steering(input.model, steered) },
		});
		requireReplies(side!.name, answer.ids!, BATCH, NEW_TOKENS);
		return { value: answer.peakBytes! / 1e6, cpu: null };
	});
}
