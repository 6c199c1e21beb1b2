import type { BenchContext, BenchJob } from '../job.js';
import type { BenchRow } from '../ratios.js';
import { compete, type Round, requireReplies } from './rounds.js';
import { bareLoopSide, engineSide, type OpenSide, type SideInput } from './sides.js';
import { withModel, withSides } from './with-sides.js';
import { chatPrompts, type Steered, steering } from './workload.js';

const BATCH = 20;
const NEW_TOKENS = 32;

/** Most memory of a process of its own, instrumented at every layer, beside a plain session over the same file. */
export const MEMORY_JOB: BenchJob = { name: 'memory', run: measure };

function measure(context: BenchContext): Promise<BenchRow> {
	return withModel(context, (model) =>
		compete(
			{
				...{ name: 'memory', job: `peak memory, batch ${BATCH}, steered at all layers`, unit: 'MB' },
				// 1.10 times as much is allowed.
				...{ against: 'a plain onnxruntime session', target: 1 / 1.1 },
				ours: () => peak(engineSide('fast'), 'all', { model, context }),
				theirs: () => peak(bareLoopSide, 'none', { model, context }),
			},
			context,
		),
	);
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
