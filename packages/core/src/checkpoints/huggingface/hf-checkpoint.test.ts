import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ARCHITECTURES, architectureFolder, architectures } from '../../../test/architecture-fixtures.js';
import { uint64 } from '../../../test/gguf-writer.js';
import { readCheckpoint } from '../../../test/read-checkpoint.js';
import { readSafetensors, writeSafetensors } from '../../artifacts/index.js';
import { buildModel } from '../../build/index.js';
import { SteeringError } from '../../errors/index.js';
import { architectureOf } from '../architectures.js';
import { hfDesign } from './hf-design.js';

let dir: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), 'hf-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

type Json = Record<string, unknown>;
const readConfig = (folder: string): Json => JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));

/** A fixture's folder, changed before it is built. */
function folderOf(name: string, change: (folder: string) => void = () => {}): string {
	const folder = architectureFolder(name, join(dir, 'source'));
	change(folder);
	return folder;
}

const configured = (changes: Json) => (folder: string) =>
	writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...readConfig(folder), ...changes }));

/** Builds, and checks that a failure is typed, in one line, and leaves nothing. Undefined: it was built. */
async function attempt(source: string): Promise<SteeringError | undefined> {
	const output = join(dir, 'out');
	const error = await buildModel({ source, output }).then(
		() => undefined,
		(error: unknown) => error,
	);
	rmSync(output, { recursive: true, force: true });
	expect(readdirSync(dir)).toEqual(['source']);
	if (error === undefined) return undefined;
	if (!(error instanceof SteeringError)) throw error;
	expect(error.message).not.toContain('\n');
	return error;
}

describe('a config.json', () => {
	it.each(ARCHITECTURES)("of %s as transformers 5 writes it gives the design of transformers 4's", (name) => {
		const read = (file: string): Json => JSON.parse(readFileSync(join(architectures, name, file), 'utf8'));
		const architecture = architectureOf('modelType', read('config.json').model_type as string, name);
		const four = hfDesign(architecture, read('config.json'));
		expect(hfDesign(architecture, read('config-5.json'))).toEqual(four);
		expect(four.design.rotary.frequencies.every((frequency) => frequency > 0)).toBe(true);
	});

	it.each(ARCHITECTURES)("of %s gives PyTorch's rotary frequencies, to the last bit but one", async (name) => {
		const config = readConfig(join(architectures, name));
		const { rotary, local } = hfDesign(architectureOf('modelType', config.model_type as string, name), config).design;
		const { tensors } = await readSafetensors(join(architectures, name, 'expected.safetensors'));
		const ours = { everywhere: rotary, local: local?.rotary };
		for (const [kind, found] of Object.entries(ours)) {
			const wanted = tensors.get(`rotary.${kind}`)?.data as Float32Array | undefined;
			expect(found === undefined).toBe(wanted === undefined);
			const pairs = [...(found?.frequencies ?? []), ...(found ? [found.magnitude] : [])].map(
				(value, i) => value / wanted![i]!,
			);
			for (const ratio of pairs) expect(Math.abs(ratio - 1)).toBeLessThan(2 ** -22);
		}
	});

	it('of another architecture is refused, with those that are known', async () => {
		const error = await attempt(folderOf('llama', configured({ model_type: 'mamba' })));
		expect(error).toMatchObject({
			code: 'ERR_NOT_OFFERED',
			message: expect.stringMatching(/source holds a model of architecture mamba, which cannot be built$/),
			hint: 'the architectures known are llama, mistral, qwen2, qwen3, phi3, gemma2, gemma3_text',
		});
	});

	it.each<[changes: Json, wanted: RegExp]>([
		[{ hidden_size: null }, /it has no hidden_size/],
		[{ hidden_size: '32' }, /hidden_size is no number/],
		[{ num_hidden_layers: 0 }, /num_hidden_layers is 0/],
		[{ num_hidden_layers: 1e9 }, /1 to 1024/],
		[{ max_position_embeddings: 1e9 }, /max_position_embeddings is 1000000000/],
		[{ num_key_value_heads: 3 }, /3 key-value heads for 4 heads/],
		[{ rms_norm_eps: -1 }, /rms_norm_eps is -1/],
		[{ rope_scaling: { rope_type: 'llama3' } }, /it has no factor/],
		[{ rope_scaling: [1] }, /rope_scaling is no object/],
		[{ vocab_size: 65 }, /lm_head|embed_tokens\.weight is \[64,32\], where \[65,32\] is wanted/],
		[{ intermediate_size: 47 }, /is \[48,32\], where \[47,32\] is wanted/],
		[{ num_hidden_layers: 4 }, /it has no model\.layers\.3/],
	])('with %j is refused', async (changes, wanted) => {
		const error = await attempt(folderOf('llama', configured(changes)));
		expect(error).toMatchObject({ code: 'ERR_BAD_FILE', message: expect.stringMatching(wanted) });
		expect(error?.message).toContain('source is not a Hugging Face model that can be built');
	});

	it.each<[name: string, changes: Json, wanted: RegExp]>([
		['llama', { rope_scaling: { rope_type: 'yarn', factor: 4 } }, /scaled by yarn; known are linear/],
		['llama', { partial_rotary_factor: 0.5 }, /8 of the 16 numbers of a head are rotated/],
		['llama', { hidden_act: 'relu' }, /activation is relu/],
		['llama', { head_dim: 8 }, /heads of 8, where onnxruntime/],
		['llama', { quantization_config: { quant_method: 'gptq' } }, /quantised/],
		[
			'llama',
			{ mlp_bias: false },
			/tensors that no graph built here has: "model\.layers\.\d\.mlp\.\w+\.bias" and 8 more/,
		],
		['qwen3', { attention_bias: true }, /./],
		['qwen2', { use_sliding_window: true, layer_types: ['full_attention', 'linear', 'full_attention'] }, /"linear"/],
		['gemma3', { use_bidirectional_attention: true }, /attend to later ones/],
	])('of %s with %j is not offered', async (name, changes, wanted) => {
		const error = await attempt(folderOf(name, configured(changes)));
		const code = name === 'qwen3' ? 'ERR_BAD_FILE' : 'ERR_NOT_OFFERED';
		expect(error).toMatchObject({ code, message: expect.stringMatching(wanted) });
	});

	it.each(['', '[]', '{"a":\n\n]', '{"model_type": 1}', '"\u0000"', '\ufffd{'])(
		'of text %j is refused',
		async (text) => {
			const error = await attempt(folderOf('llama', (folder) => writeFileSync(join(folder, 'config.json'), text)));
			expect(error).toMatchObject({ code: 'ERR_BAD_FILE', message: expect.stringContaining('config.json') });
		},
	);

	it('of LongRoPE says for how many tokens the graph is', async () => {
		const { notes } = await buildModel({ source: folderOf('phi3'), output: join(dir, 'out') });
		expect(notes).toEqual([expect.stringMatching(/^texts of up to 64 tokens, of the model's 256/)]);
	});

	it('mutated in 500 ways gives typed errors or a model', async () => {
		const folder = folderOf('gemma3');
		const path = join(folder, 'config.json');
		const sound = readConfig(folder);
		const value = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.integer(), fc.double());
		const outcomes = new Set<string>();
		const property = fc.asyncProperty(fc.constantFrom(...Object.keys(sound)), value, async (key, value) => {
			writeFileSync(path, JSON.stringify({ ...sound, [key]: value }));
			outcomes.add(await readCheckpoint(folder));
		});
		await fc.assert(property, { numRuns: 500 });
		expect([...outcomes].sort()).toEqual(['ERR_BAD_FILE', 'ERR_NOT_OFFERED', 'read']);
	});
});

describe('safetensors of a Hugging Face folder', () => {
	const shard = (folder: string) => join(folder, 'model-00001-of-00002.safetensors');
	const index = (folder: string) => join(folder, 'model.safetensors.index.json');

	/** The header of a file as an object, put back changed. */
	const headed = (path: string, change: (header: Record<string, Json>) => void) => {
		const bytes = readFileSync(path);
		const length = Number(bytes.readBigUInt64LE(0));
		const header = JSON.parse(bytes.subarray(8, 8 + length).toString('utf8'));
		change(header);
		const text = Buffer.from(JSON.stringify(header));
		writeFileSync(path, Buffer.concat([uint64(text.length), text, bytes.subarray(8 + length)]));
	};
	/** Two of a list whose keys are the same, or not. */
	const twoOf = <T>(list: readonly T[], key: (item: T) => string, isSame: boolean): [T, T] => {
		const pairs = list.flatMap((a, i) => list.slice(i + 1).map((b): [T, T] => [a, b]));
		return pairs.find(([a, b]) => (key(a) === key(b)) === isSame)!;
	};
	const first = (header: Record<string, Json>) => Object.values(header).find((entry) => 'dtype' in entry)!;

	it.each<[what: string, change: (folder: string) => void, wanted: RegExp]>([
		[
			'cut short',
			(folder) => writeFileSync(shard(folder), readFileSync(shard(folder)).subarray(0, 9000)),
			/the file has/,
		],
		['empty', (folder) => writeFileSync(shard(folder), ''), /0 bytes are too few/],
		[
			'with a header of 2^40 bytes',
			(folder) => writeFileSync(shard(folder), uint64(2 ** 40)),
			/header of 1099511627776/,
		],
		[
			'with overlapping tensors',
			(folder) =>
				headed(shard(folder), (header) => {
					const entries = Object.values(header).filter((entry) => 'dtype' in entry);
					const [one, other] = twoOf(entries, ({ shape }) => JSON.stringify(shape), true);
					other.data_offsets = one.data_offsets;
				}),
			/overlaps the tensor before it/,
		],
		[
			'of a dtype that is none',
			(folder) =>
				headed(shard(folder), (header) => {
					first(header).dtype = 'F4';
				}),
			/dtype/,
		],
		[
			'of a shape of 2^53',
			(folder) =>
				headed(shard(folder), (header) => {
					first(header).shape = [2 ** 26, 2 ** 27];
				}),
			/needs/,
		],
		[
			'with a file that the index does not have',
			(folder) => writeFileSync(index(folder), JSON.stringify({ weight_map: { a: 'a.safetensors' } })),
			/a\.safetensors does not exist/,
		],
		[
			'elsewhere on the disk',
			(folder) => writeFileSync(index(folder), JSON.stringify({ weight_map: { a: '../a.safetensors' } })),
			/names "\.\.\/a\.safetensors", which is no \.safetensors file beside it/,
		],
		[
			'with a tensor in another file than the index says',
			(folder) => {
				const { weight_map } = JSON.parse(readFileSync(index(folder), 'utf8'));
				const [[one, a], [other, b]] = twoOf(Object.entries<string>(weight_map), ([, file]) => file, false);
				const swapped = { ...weight_map, [one]: b, [other]: a };
				writeFileSync(index(folder), JSON.stringify({ weight_map: swapped }));
			},
			/which has no such tensor/,
		],
		['with an index that is none', (folder) => writeFileSync(index(folder), '{"weight_map": 1}'), /weight_map/],
	])('%s are refused', async (_, change, wanted) => {
		const error = await attempt(folderOf('llama', change));
		expect(error?.code).toMatch(/^ERR_(BAD_FILE|MISSING_INPUT)$/);
		expect(error?.message).toMatch(wanted);
	});

	it('of integers are not offered', async () => {
		const integers = (folder: string) =>
			headed(join(folder, 'model.safetensors'), (header) => {
				for (const entry of Object.values(header)) if (entry.dtype === 'BF16') entry.dtype = 'I16';
			});
		const error = await attempt(folderOf('qwen3', integers));
		expect(error).toMatchObject({
			code: 'ERR_NOT_OFFERED',
			message: expect.stringMatching(/is I16; tensors are read as/),
		});
	});

	/** Changes 1 to 3 bytes of a header: to what JSON is made of, or to anything. */
	const mutations = (header: number) => {
		const position = fc.oneof({ arbitrary: fc.nat(header - 1), weight: 9 }, { arbitrary: fc.nat(8), weight: 1 });
		const byte = fc.oneof(fc.constantFrom(...Buffer.from('0123456789,:[]{}" -e')), fc.nat(255));
		return fc.array(fc.tuple(position, byte), { minLength: 1, maxLength: 3 });
	};
	const mutated = (sound: Uint8Array, changes: readonly [at: number, value: number][]) => {
		const bytes = Buffer.from(sound);
		for (const [at, value] of changes) bytes[at] = value;
		return bytes;
	};

	it('with headers mutated in 10,000 ways give typed errors or numbers', async () => {
		const path = join(dir, 'small.safetensors');
		const names = { a: [2, 3], 'b.weight': [4], c: [1, 1, 2] };
		const tensors = Object.entries(names).map(([name, shape]) => {
			const data = new Float32Array(shape.reduce((product, dim) => product * dim, 1)).fill(1);
			return [name, { dtype: 'F32', shape, data }] as const;
		});
		await writeSafetensors(path, new Map(tensors), {});
		const sound = readFileSync(path);
		const outcomes = new Map<string, number>();
		const count = (outcome: string) => outcomes.set(outcome, 1 + (outcomes.get(outcome) ?? 0));
		const property = fc.asyncProperty(mutations(8 + Number(sound.readBigUInt64LE(0))), async (changes) => {
			writeFileSync(path, mutated(sound, changes));
			try {
				const { tensors } = await readSafetensors(path);
				for (const { data } of tensors.values()) expect(data.byteLength).toBeLessThanOrEqual(sound.length);
				count('read');
			} catch (error) {
				expect(error).toMatchObject({ code: 'ERR_BAD_FILE' });
				count('refused');
			}
		});
		await fc.assert(property, { numRuns: 10_000 });
		expect(outcomes.get('read')).toBeGreaterThan(100);
		expect(outcomes.get('refused')).toBeGreaterThan(1000);
	}, 60_000);

	it('with headers mutated in 300 ways give typed errors or a model', async () => {
		const folder = folderOf('qwen3');
		const path = join(folder, 'model.safetensors');
		const sound = readFileSync(path);
		const outcomes = new Set<string>();
		const property = fc.asyncProperty(mutations(8 + Number(sound.readBigUInt64LE(0))), async (changes) => {
			writeFileSync(path, mutated(sound, changes));
			outcomes.add(await readCheckpoint(folder));
		});
		await fc.assert(property, { numRuns: 300 });
		expect([...outcomes].sort()).toEqual(['ERR_BAD_FILE', 'read']);
	}, 60_000);
});

describe('what lies at a source', () => {
	it('decides how it is opened', async () => {
		expect(await attempt(folderOf('qwen2'))).toBeUndefined();
	});

	it.each<[what: string, change: (folder: string) => string, code: string, wanted: RegExp]>([
		['nothing', (folder) => join(folder, 'none'), 'ERR_MISSING_INPUT', /none does not exist/],
		['one of the files', (folder) => join(folder, 'model.safetensors'), 'ERR_NOT_OFFERED', /alone is no model/],
		[
			'a folder of other things',
			(folder) => {
				mkdirSync(join(folder, 'other'));
				return join(folder, 'other');
			},
			'ERR_MISSING_INPUT',
			/has neither config\.json nor a GGUF file/,
		],
		[
			'a folder of two GGUF files',
			(folder) => {
				mkdirSync(join(folder, 'two'));
				for (const name of ['a.gguf', 'b.gguf']) writeFileSync(join(folder, 'two', name), '');
				return join(folder, 'two');
			},
			'ERR_USAGE',
			/has 2 GGUF files/,
		],
		[
			'a pickle',
			(folder) => {
				rmSync(join(folder, 'model.safetensors'));
				writeFileSync(join(folder, 'pytorch_model.bin'), '');
				return folder;
			},
			'ERR_NOT_OFFERED',
			/pytorch_model\.bin is a pickle, which may run code/,
		],
		[
			'no weights',
			(folder) => {
				rmSync(join(folder, 'model.safetensors'));
				return folder;
			},
			'ERR_MISSING_INPUT',
			/model\.safetensors does not exist/,
		],
		[
			'no tokenizer',
			(folder) => {
				rmSync(join(folder, 'tokenizer.json'));
				return folder;
			},
			'ERR_MISSING_INPUT',
			/there is no tokenizer\.json/,
		],
		[
			'a tokenizer that is no JSON',
			(folder) => {
				writeFileSync(join(folder, 'tokenizer.json'), '{');
				return folder;
			},
			'ERR_BAD_FILE',
			/tokenizer\.json is not a JSON object/,
		],
	])('%s: an error that says so', async (_, change, code, wanted) => {
		const error = await attempt(change(folderOf('qwen2')));
		expect(error).toMatchObject({ code, message: expect.stringMatching(wanted) });
	});

	it.each(['language_model.model.', 'model.language_model.'])(
		'with images has its language model built, under %s',
		async (at) => {
			const text = folderOf('gemma3');
			const build = async (output: string) => {
				const { folder, notes } = await buildModel({ source: text, output: join(dir, output) });
				return { notes, weights: readFileSync(join(folder, 'model.onnx.data')) };
			};
			const alone = await build('text');
			const path = join(text, 'model.safetensors');
			const { tensors } = await readSafetensors(path);
			const image = ['vision_tower.patch.weight', { dtype: 'F32', shape: [2], data: new Float32Array(2) }] as const;
			const renamed = [...tensors].map(([name, tensor]) => [name.replace(/^model\./, at), tensor] as const);
			await writeSafetensors(path, new Map([...renamed, image]));
			const config = { model_type: 'gemma3', text_config: readConfig(text) };
			writeFileSync(join(text, 'config.json'), JSON.stringify(config));
			const both = await build('both');
			expect(both.weights.equals(alone.weights)).toBe(true);
			expect(both.notes).toEqual([expect.stringContaining('its language model alone is built')]);
		},
	);

	it('without a chat template is built with a note', async () => {
		const folder = folderOf('qwen2', (folder) => writeFileSync(join(folder, 'tokenizer_config.json'), '{}'));
		const { notes } = await buildModel({ source: folder, output: join(dir, 'out') });
		expect(notes).toEqual([expect.stringContaining('has no chat template')]);
	});

	it('has its tokenizer and configuration copied as they are', async () => {
		const source = folderOf('qwen2', (folder) => writeFileSync(join(folder, 'chat_template.jinja'), '{{ messages }}'));
		const { folder } = await buildModel({ source, output: join(dir, 'out') });
		for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja']) {
			expect(readFileSync(join(folder, name)).equals(readFileSync(join(source, name)))).toBe(true);
		}
	});
});
