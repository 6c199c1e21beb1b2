import { describe, expect, it } from 'vitest';
import type { GgufTensor } from '../../interchange/gguf-header.js';
import { architectureOf } from '../architectures.js';
import { ggufFacts } from './gguf-design.js';
import { GgufMetadata } from './gguf-metadata.js';

/** The keys of Gemma's 27B in its second edition, and others. */
function designOf(name: string, keys: Record<string, unknown>) {
	const all = {
		...{ embedding_length: 4608, feed_forward_length: 36864, context_length: 8192 },
		...{ 'attention.head_count': 32, 'attention.head_count_kv': 16, 'attention.layer_norm_rms_epsilon': 1e-6 },
		...{ 'attention.key_length': 128, 'attention.value_length': 128, 'attention.sliding_window': 4096, ...keys },
	};
	const metadata = new GgufMetadata(new Map(Object.entries(all).map(([key, value]) => [`${name}.${key}`, value])));
	const embedding: GgufTensor = { shape: [4608, 256_000], type: 0, offset: 0 };
	return ggufFacts(metadata, architectureOf('gguf', name, 'model.gguf'), new Map([['token_embd.weight', embedding]]))
		.design;
}

describe('the design of a GGUF file', () => {
	it('scales attention by the size of a head, but in the 27B models, as llama.cpp knows by their layers', () => {
		expect(designOf('gemma2', { block_count: 42 }).attentionScale).toBe(1 / Math.sqrt(128));
		expect(designOf('gemma2', { block_count: 46 }).attentionScale).toBe(1 / Math.sqrt(144));
		expect(designOf('gemma3', { block_count: 46 }).attentionScale).toBe(1 / Math.sqrt(128));
		expect(designOf('gemma3', { block_count: 62 }).attentionScale).toBe(1 / Math.sqrt(144));
	});

	it("has Gemma 2's soft caps where no key says so, and Gemma 3 has none", () => {
		expect(designOf('gemma2', { block_count: 2 })).toMatchObject({ attentionSoftcap: 50, logitSoftcap: 30 });
		const { attentionSoftcap, logitSoftcap } = designOf('gemma3', { block_count: 2 });
		expect([attentionSoftcap, logitSoftcap]).toEqual([undefined, undefined]);
	});

	it('has windows in the layers of the architecture, or in those that a key names', () => {
		const layers = (name: string, keys: Record<string, unknown>) => [
			...(designOf(name, { block_count: 7, ...keys }).local?.layers ?? []),
		];
		const key = 'attention.sliding_window_pattern';
		expect(layers('gemma2', {})).toEqual([0, 2, 4, 6]);
		expect(layers('gemma3', {})).toEqual([0, 1, 2, 3, 4, 6]);
		expect(layers('gemma3', { [key]: 3 })).toEqual([0, 1, 3, 4, 6]);
		expect(layers('gemma3', { [key]: [true, false, false, false, false, false, true] })).toEqual([0, 6]);
		expect(layers('phi3', {})).toEqual([0, 1, 2, 3, 4, 5, 6]);
		expect(layers('gemma3', { 'attention.sliding_window': 0 })).toEqual([]);
		expect(() => layers('gemma3', { [key]: [true] })).toThrow('has 1 values for 7 layers');
	});

	it('has a rotary base for local layers', () => {
		expect(designOf('gemma3', { block_count: 7 }).local?.rotary?.theta).toBe(10_000);
		expect(designOf('gemma3', { block_count: 7, 'rope.freq_base_swa': 500 }).local?.rotary?.theta).toBe(500);
	});
});
