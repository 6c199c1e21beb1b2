import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensors } from '../src/artifacts/index.js';
import { type ApplyFixture, numbers, readJson, shared, type Tensors, tensorsOf } from './shared-fixtures.js';

/** Tiny checkpoints of random weights, with PyTorch's numbers: see make-architectures.py there. */
export const architectures = fileURLToPath(new URL('architectures/', import.meta.url));

export const ARCHITECTURES = [
	'llama',
	'mistral',
	'qwen2',
	'qwen2-window',
	'qwen3',
	'phi3',
	'gemma2',
	'gemma3',
] as const;

/** The tiny Llama of the shared fixtures, which has PyTorch's numbers too. */
export const SHARED = 'tiny';

/** Copies a checkpoint and the tokenizer that all have to `folder`. */
export function architectureFolder(name: string, folder: string): string {
	if (name === SHARED) cpSync(join(shared, 'fixtures/tiny/model'), folder, { recursive: true });
	else
		cpSync(join(architectures, name), folder, {
			recursive: true,
			filter: (path) => !/(expected|config-5)\.\w+$/.test(path),
		});
	if (name === SHARED) return folder;
	for (const file of ['tokenizer.json', 'tokenizer_config.json']) cpSync(join(architectures, file), join(folder, file));
	return folder;
}

/** Tensors of a checkpoint, whether in one file or in two. */
export async function architectureTensors(name: string): Promise<Tensors> {
	const folder = join(architectures, name);
	const files = ['model.safetensors', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
	const there = files.map((file) => join(folder, file)).filter(existsSync);
	const all = await Promise.all(there.map((path) => readSafetensors(path)));
	return new Map(all.flatMap(({ tensors }) => [...tensors]));
}

export const SITES = ['attn_out', 'mlp_out', 'resid_post'] as const;
type Site = (typeof SITES)[number];

export interface Expected {
	prompts: number[][];
	/** Of each prompt, (positions, vocab). */
	logits: Float32Array[];
	/** At the last token of each prompt, (prompts, width). */
	layer(site: Site, layer: number): Float32Array;
	/** Logits of the first prompt where a vector is added at a site of layer 1, at all tokens. */
	steered?: { vector: Float32Array; logits: Readonly<Record<Site, Float32Array>> };
}

export async function expectedOf(name: string): Promise<Expected> {
	if (name === SHARED) return expectedOfShared();
	const { tensors } = await readSafetensors(join(architectures, name, 'expected.safetensors'));
	const count = [...tensors.keys()].filter((key) => key.startsWith('prompt.')).length;
	const each = <T>(of: (i: number) => T) => Array.from({ length: count }, (_, i) => of(i));
	return {
		prompts: each((i) => [...(tensors.get(`prompt.${i}`)!.data as Int32Array)]),
		logits: each((i) => numbers(tensors, `logits.${i}`)),
		steered: {
			vector: numbers(tensors, 'vector'),
			logits: {
				attn_out: numbers(tensors, 'steered.attn_out'),
				mlp_out: numbers(tensors, 'steered.mlp_out'),
				resid_post: numbers(tensors, 'steered.resid_post'),
			},
		},
		layer: (site, layer) => {
			const width = tensors.get(`${site}.0`)!.shape[1]!;
			const rows = each((i) => numbers(tensors, `${site}.${i}`).subarray(layer * width, (layer + 1) * width));
			return Float32Array.from(rows.flatMap((row) => [...row]));
		},
	};
}

async function expectedOfShared(): Promise<Expected> {
	const { prompts } = readJson<ApplyFixture>('fixtures/tiny/apply/apply.json');
	const tensors = await tensorsOf('fixtures/tiny/apply/unsteered.safetensors');
	return {
		prompts: prompts.map(({ full_ids }) => full_ids),
		logits: prompts.map((_, i) => numbers(tensors, `logits.p${i}`)),
		layer: () => {
			throw new Error('its activations are those of other prompts');
		},
	};
}
