import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { SteeringError } from '../errors/index.js';

export type RegistrySource =
	/** A folder that ships with the project. */
	| { readonly folder: string }
	/** A hub repository, and the one of its ONNX files used here; without, a graph is built from its weights.
	 * `licence`: given out to accounts that accepted one. */
	| { readonly hub: string; readonly file?: string; readonly licence?: true };

export interface RegistryModel {
	readonly about: string;
	readonly source: RegistrySource;
	/** The layer steered by default, counted in decoder layers, and with `--residual` in sub-layers (SPEC 1.2). */
	readonly layer: number | 'organism.json';
	readonly residualLayer?: number;
}

/** `packages/organism`, seen from this file: three up from `core/src/model` and `core/dist/model` alike. */
export const ORGANISM = fileURLToPath(new URL('../../../organism/model', import.meta.url));

/**
 * Models by short name. Layers: the reference's 15 for its own models (in either count, so that artifact names agree), for
 * others a middle one, and the MLP of that layer with `--residual`. Hub files: weights in 4 bits, activations in float.
 */
export const MODELS = {
	organism: { about: 'the embedded model', source: { folder: ORGANISM }, layer: 'organism.json' },
	smollm2: {
		about: 'SmolLM2 135M Instruct, 30 layers',
		source: { hub: 'HuggingFaceTB/SmolLM2-135M-Instruct', file: 'onnx/model_q4.onnx' },
		layer: 15,
	},
	llama32: {
		about: 'Llama 3.2 1B Instruct, 16 layers',
		source: { hub: 'onnx-community/Llama-3.2-1B-Instruct', file: 'onnx/model_q4.onnx' },
		layer: 8,
	},
	qwen25: {
		about: 'Qwen2.5 0.5B Instruct, 24 layers',
		source: { hub: 'onnx-community/Qwen2.5-0.5B-Instruct', file: 'onnx/model_q4.onnx' },
		layer: 12,
	},
	llama3: {
		about: 'Llama 3 8B Instruct, 32 layers',
		source: { hub: 'meta-llama/Meta-Llama-3-8B-Instruct', licence: true },
		layer: 15,
		residualLayer: 15,
	},
	llama31: {
		about: 'Llama 3.1 8B Instruct, 32 layers',
		source: { hub: 'meta-llama/Meta-Llama-3.1-8B-Instruct', licence: true },
		layer: 15,
		residualLayer: 15,
	},
	llama2: {
		about: 'Llama 2 7B chat, 32 layers',
		source: { hub: 'meta-llama/Llama-2-7b-chat-hf', licence: true },
		layer: 15,
		residualLayer: 15,
	},
} as const satisfies Record<string, RegistryModel>;

export type ModelName = keyof typeof MODELS;

/** The model of a short name; undefined for folders and hub ids. */
export function registryModel(name: string): RegistryModel | undefined {
	return Object.hasOwn(MODELS, name) ? MODELS[name as ModelName] : undefined;
}

/** The environment variable that gives a registry name a model of one's own: `STEERING_MODEL_LLAMA3`. */
export function folderVariable(name: string): string {
	return `STEERING_MODEL_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}

/** What `--model` is when it is not given: `STEERING_MODEL`, else the embedded model. */
export function defaultModel(env: NodeJS.ProcessEnv = process.env): string {
	return env.STEERING_MODEL || 'organism';
}

/**
 * What `--layer` is when it is not given, for a registry name; undefined for folders and hub ids.
 * @throws ERR_MISSING_INPUT if the embedded model is not there
 */
export function registryLayer(name: string, { residual = false } = {}): number | undefined {
	const model = registryModel(name);
	if (model === undefined) return undefined;
	const layer = model.layer === 'organism.json' ? organismLayer() : model.layer;
	return residual ? (model.residualLayer ?? 2 * layer + 1) : layer;
}

const organismSchema = z.looseObject({ layer: z.int().min(0) });

/** The layer that the embedded model was measured at: its training writes it down beside the weights. */
function organismLayer(): number {
	const path = join(ORGANISM, 'organism.json');
	try {
		return organismSchema.parse(JSON.parse(readFileSync(path, 'utf8'))).layer;
	} catch (cause) {
		throw new SteeringError('ERR_MISSING_INPUT', `the embedded model is incomplete: cannot read ${path}`, {
			hint: 'check the repository out again, or give another --model',
			cause,
		});
	}
}
