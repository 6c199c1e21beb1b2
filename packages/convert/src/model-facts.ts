import type { ModelInfo, PreparationHooks } from '@steering/core/model';
import { hookName } from '@steering/core/onnx';
import type { Place } from './artifact.js';

export interface ModelFacts {
	info: ModelInfo;
	/** `llama`: what repeng and llama.cpp call the model in their files. */
	type: string | undefined;
	/** `15.resid_post`. Throws ERR_USAGE for a layer that the model has not. */
	hookPoint(place: Place): string;
}

export interface LoadFactsOptions {
	signal?: AbortSignal | undefined;
	/** Told what happens before the model can be opened: downloads, a build. */
	preparation?: PreparationHooks | undefined;
}

/** Reads what there is to know of a model without running it. Throws ERR_MISSING_INPUT, ERR_BAD_FILE. */
export async function loadModelFacts(
	name: string,
	{ signal, preparation }: LoadFactsOptions = {},
): Promise<ModelFacts> {
	const { HookedModel, layerList } = await import('@steering/core/model');
	const model = await HookedModel.load(name, { signal, ...preparation });
	const { model_type: type } = model.files.config ?? {};
	return {
		info: model.info,
		type: typeof type === 'string' ? type : undefined,
		hookPoint: (place) => hookName(layerList(place, model.info.layers)[0]!.point),
	};
}
