import type { BenchContext, BenchJob } from '../job.js';
import type { BenchRow } from '../ratios.js';
import { rate } from './decode-jobs.js';
import type { DecodeRequest } from './requests.js';
import { compete } from './rounds.js';
import { engineSide } from './sides.js';
import { withModel, withSides } from './with-sides.js';
import { chatPrompts, steering } from './workload.js';

const BATCH = 20;
const NEW_TOKENS = 32;

/** What steering everywhere costs: one process, steered and plain in turn. */
export const ALL_LAYERS_JOB: BenchJob = { name: 'all-layers', run: measure };

function measure(context: BenchContext): Promise<BenchRow> {
	return withModel(context, (model) =>
		withSides([engineSide('fast')], { model, context }, async ([side]) => {
			const plain: DecodeRequest = {
				...{ op: 'decode', prompts: chatPrompts(model, 1), mults: [1], repeats: BATCH, newTokens: NEW_TOKENS },
				...{ temperature: 1.5, ...steering(model, 'none') },
			};
			const steered = { ...plain, ...steering(model, 'all') };
			// Both sessions are opened now, and stay open.
			for (const request of [plain, steered]) await side!.ask({ ...request, newTokens: 2 });
			return compete(
				{
					...{ name: 'all-layers', job: `batch ${BATCH}, steered at all ${model.info.layers} layers` },
					...{ against: 'the plain model', target: 0.95, unit: 'tokens/s' },
					ours: () => rate(side!, steered, 'decode'),
					theirs: () => rate(side!, plain, 'decode'),
				},
				context,
			);
		}),
	);
}
