import { SteeringError } from '../errors/index.js';

/** What sets one family of decoders apart from another. All that is built here is a table of these: there is one builder. */
export interface Architecture {
	/** `model_type` and class of Hugging Face's config.json. */
	readonly modelType: string;
	readonly className: string;
	/**
	 * Whether GGUF files hold each head's rows of q and k in the order of rotary pairs (0, half, 1, half + 1, …), for llama.cpp
	 * rotates neighbours in this family, where the checkpoint and the graph rotate halves.
	 */
	readonly ggufRotatesNeighbours: boolean;
}

/** By the name in GGUF's `general.architecture`. */
const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
	llama: { modelType: 'llama', className: 'LlamaForCausalLM', ggufRotatesNeighbours: true },
};

/** @throws SteeringError ERR_NOT_OFFERED listing the architectures that are known */
export function architectureOf(name: string, path: string): Architecture {
	const known = Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined;
	if (known) return known;
	throw new SteeringError('ERR_NOT_OFFERED', `${path} holds a model of architecture ${name}, which cannot be built`, {
		hint: `the architectures known are ${Object.keys(ARCHITECTURES).join(', ')}`,
	});
}
