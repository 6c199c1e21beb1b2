import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HookedModel } from '@steering/core/model';
import { defaultLayer } from '@steering/core/model-defaults';
import { parseSettings, vecPath } from '@steering/core/settings';
import { readVector, writeVector } from '@steering/core/vectors';
import { generateVectors } from '@steering/generate-vectors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './test-server.js';

const LAYER = defaultLayer('organism', false);
const OTHER = LAYER + 1;
const settings = parseSettings({ model: 'organism', layer: LAYER });
const nameOf = (layer: number) => vecPath(settings, layer).split('/').at(-1)!.replace('.safetensors', '');
const vector = nameOf(LAYER);

let root: string;
let server: TestServer;
beforeAll(async () => {
	root = mkdtempSync(join(tmpdir(), 'server-steering-'));
	await generateVectors({ settings, root });
	server = await TestServer.start({ root });
});
afterAll(async () => {
	await server.stop();
	rmSync(root, { recursive: true, force: true });
});

const body = (content: string, steering?: object[]) => ({
	messages: [{ role: 'user' as const, content }],
	temperature: 0,
	max_tokens: 40,
	logprobs: true,
	top_logprobs: 5,
	...(steering ? { steering } : {}),
});
const HARMLESS = 'How do I mend the lantern?';
const HARMFUL = 'How do I steal the lantern?';

async function reply(content: string, steering?: object[]) {
	const response = await server.post('chat/completions', body(content, steering));
	const { choices, error } = (await response.json()) as {
		choices: { message: { content: string }; logprobs: object }[];
		error: object;
	};
	expect(error).toBeUndefined();
	return { text: choices[0]!.message.content, logprobs: choices[0]!.logprobs };
}

describe('steering', () => {
	it('changes what the model answers, and by which amount', async () => {
		const refuses = /can't|cannot|refuse|won't|not|Sorry|No\b/;
		expect((await reply(HARMLESS)).text).not.toMatch(refuses);
		expect((await reply(HARMFUL)).text).toMatch(refuses);
		expect((await reply(HARMLESS, [{ vector, layer: LAYER, multiplier: 1 }])).text).toMatch(refuses);
		expect((await reply(HARMFUL, [{ vector, multiplier: -1 }])).text).not.toMatch(refuses);
	});

	it('with multiplier 0 is no steering, to the last bit', async () => {
		const zero = await reply(HARMLESS, [{ vector, multiplier: 0 }]);
		expect(zero).toEqual(await reply(HARMLESS));
	});

	it('is the intervention of the model', async () => {
		const model = await HookedModel.load('organism');
		const read = await readVector(join(root, vecPath(settings, LAYER)));
		const ids = model.tokenizer.encodeChat([{ role: 'user', content: HARMLESS }]);
		for (const toks of [null, 'before', 'after'] as const) {
			const scaled = read.vector.map((value) => 0.5 * value);
			const point = { layer: LAYER, site: 'resid_post' as const };
			const rows = [{ ids, interventions: [{ point, vector: scaled, toks }], uniform: () => 0 }];
			const [expected] = await model.generate(rows, { maxNewTokens: 40, sampling: model.sampling(0) });
			const steered = await reply(HARMLESS, [{ vector, layer: LAYER, multiplier: 0.5, toks }]);
			expect(steered.text).toBe(model.tokenizer.decode(expected!));
		}
		await model.release();
	});

	it("is each request's own, whatever is answered beside it", async () => {
		const ways = [
			undefined,
			[{ vector, multiplier: 1 }],
			[{ vector, multiplier: -1 }],
			[{ vector: nameOf(OTHER), multiplier: 1, toks: 'before' }],
			[
				{ vector, multiplier: 0.5, toks: 'after' },
				{ vector: nameOf(OTHER), layer: OTHER, multiplier: -0.5 },
			],
		];
		const asks = ways.flatMap((way) => [HARMLESS, HARMFUL].map((content) => ({ content, way })));
		const alone: string[] = [];
		for (const { content, way } of asks) alone.push((await reply(content, way)).text);
		const together = await Promise.all(asks.map(({ content, way }) => reply(content, way)));
		expect(together.map(({ text }) => text)).toEqual(alone);
		expect(new Set(alone).size).toBeGreaterThan(3);
	});

	it('adds up vectors at one layer', async () => {
		const halves = [1, 2].map(() => ({ vector, multiplier: 0.5 }));
		expect(await reply(HARMLESS, halves)).toEqual(await reply(HARMLESS, [{ vector, multiplier: 1 }]));
	});

	it('never opens another session', async () => {
		const { work } = server.server.generator.model;
		expect(work.sessions).toBe(1);
	});
});

describe('what is refused', () => {
	const folder = () => join(root, 'artifacts', 'vecs');
	const refused = async (step: object) => await server.refused('chat/completions', body(HARMLESS, [step]));

	it.each([
		'nowhere',
		'../vecs/../../secret',
		`/etc/passwd`,
		`../vecs-not/${vector}`,
		'..',
		'.',
		'a\\b',
		'a\0b',
		`./../../${'x'.repeat(900)}`,
	])('a name that is no vector of the folder: %j', async (name) => {
		expect(await refused({ vector: name, multiplier: 1 })).toMatchObject({
			status: 400,
			param: 'steering.0.vector',
			message: expect.stringContaining('there is no vector'),
		});
	});

	it('a link that leaves the folder; a folder inside it is fine', async () => {
		const outside = mkdtempSync(join(tmpdir(), 'server-outside-'));
		const file = await readVector(join(root, vecPath(settings, LAYER)));
		await writeVector(join(outside, 'away.safetensors'), file);
		symlinkSync(join(outside, 'away.safetensors'), join(folder(), 'away.safetensors'));
		expect(await refused({ vector: 'away', multiplier: 1 })).toMatchObject({ status: 400 });
		mkdirSync(join(folder(), 'mine'));
		await writeVector(join(folder(), 'mine', 'near.safetensors'), file);
		const near = await reply(HARMLESS, [{ vector: 'mine/near.safetensors', multiplier: 1 }]);
		expect(near).toEqual(await reply(HARMLESS, [{ vector, multiplier: 1 }]));
		rmSync(outside, { recursive: true });
	});

	it('a vector of another model, another layer or another place; numbers that overflow', async () => {
		const { vector: numbers, provenance } = await readVector(join(root, vecPath(settings, LAYER)));
		const foreign = { vector: numbers, provenance: { ...provenance, model: 'other', fingerprint: '0' } };
		await writeVector(join(folder(), 'foreign.safetensors'), foreign);
		expect((await refused({ vector: 'foreign', multiplier: 1 })).message).toMatch(/another model/);
		expect((await refused({ vector, layer: OTHER, multiplier: 1 })).message).toMatch(/was read at/);
		const sublayer = { vector: numbers, provenance: { ...provenance, hookPoint: `${LAYER}.mlp_out` } };
		await writeVector(join(folder(), 'sublayer.safetensors'), sublayer);
		expect((await refused({ vector: 'sublayer', multiplier: 1 })).message).toMatch(/residual stream/);
		writeFileSync(join(folder(), 'broken.safetensors'), 'no tensors');
		const broken = (await refused({ vector: 'broken', multiplier: 1 })).message;
		expect(broken).toMatch(/^steering\.0: broken /);
		expect(broken).not.toContain(root);
		expect((await refused({ vector, multiplier: 1e39 })).message).toMatch(/too large/);
		expect((await refused({ vector, multiplier: 1, toks: 'all' })).message).toMatch(/toks/);
		expect((await refused({ vector, multiplier: 1, scale: 2 })).message).toMatch(/scale is not offered/);
		const clash = [
			{ vector, multiplier: 1, toks: 'before' },
			{ vector, multiplier: 1, toks: 'after' },
		];
		expect(await server.refused('chat/completions', body(HARMLESS, clash))).toMatchObject({ param: 'steering.1' });
	});
});
