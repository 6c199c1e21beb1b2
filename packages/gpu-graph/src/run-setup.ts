import { SteeringError } from '@steering/core/errors';
import { defaultLayer } from '@steering/core/model-defaults';
import { modelLabel } from '@steering/core/settings';
import type { ChainOptions } from './chain.js';

export interface RunSetup {
	/** Of the run: the given one, with the model behind it where that is another, so that each has its own state. */
	readonly name: string;
	readonly model: string;
	/** The one layer that is steered where not all are. */
	readonly layer: number;
	/** To be spread into `chain`'s. */
	readonly options: Pick<ChainOptions, 'steer' | 'eval' | 'judgePort'>;
}

/** It judges its own replies: no server is needed. */
const SELF_JUDGE = 'organism';

/**
 * Lets a run file run for another model, or smaller, without editing it: `STEERING_RUN_MODEL` (its default layer, or
 * `STEERING_RUN_LAYER`), `STEERING_RUN_STEER` and `STEERING_RUN_EVAL` (more flags of `steer` and `eval`; the latter
 * instead of a judge server of its own).
 * @throws {SteeringError} ERR_USAGE for a layer that is none, ERR_MISSING_INPUT for a model that is not there
 * @example STEERING_RUN_MODEL=organism STEERING_RUN_STEER='--prompts 2 --repeats 1' pnpm gpu-graph runs/0713-toks.ts cpu:2
 */
export function runSetup(
	given: { name: string; model: string; layer: number; judgePort: number },
	env: NodeJS.ProcessEnv = process.env,
): RunSetup {
	const model = env.STEERING_RUN_MODEL || given.model;
	const isOther = model !== given.model;
	const evalFlags = words(env.STEERING_RUN_EVAL);
	const hasOwnJudge = evalFlags.length === 0 && modelLabel(model) !== SELF_JUDGE;
	return {
		name: isOther ? `${given.name}_${modelLabel(model)}` : given.name,
		model,
		layer: layerOf(env.STEERING_RUN_LAYER) ?? (isOther ? defaultLayer(model, false) : given.layer),
		options: {
			steer: words(env.STEERING_RUN_STEER),
			eval: evalFlags,
			...(hasOwnJudge ? { judgePort: given.judgePort } : {}),
		},
	};
}

function words(text = ''): string[] {
	return text.split(/\s+/).filter(Boolean);
}

function layerOf(text: string | undefined): number | undefined {
	if (!text) return undefined;
	if (/^\d{1,4}$/.test(text)) return Number(text);
	throw new SteeringError('ERR_USAGE', `STEERING_RUN_LAYER: ${text} is no layer number`, { hint: 'give one, e.g. 15' });
}
