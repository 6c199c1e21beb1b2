import { HookedModel } from '@steering/core/model';
import fc from 'fast-check';
import type OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestServer } from './test-server.js';

const question = { role: 'user' as const, content: 'How do I mend the lantern?' };
const chat = { model: 'organism', messages: [question], max_tokens: 40, temperature: 0 };
const hot = { ...chat, temperature: 1.5, top_p: 1, top_k: 0 };

let server: TestServer;
let client: OpenAI;
let model: HookedModel;
beforeAll(async () => {
	server = await TestServer.start({ batch: { maxRows: 8 } });
	client = server.client;
	model = await HookedModel.load('organism');
});
afterAll(async () => {
	await model.release();
	await server.stop();
});

async function streamed(
	body: object,
): Promise<{ texts: string[]; finishes: string[]; chunks: number; usage: unknown }> {
	const stream = await client.chat.completions.create({
		...(body as typeof chat),
		stream: true,
		stream_options: { include_usage: true },
	});
	const told = { texts: [] as string[], finishes: [] as string[], chunks: 0, usage: null as unknown };
	for await (const chunk of stream) {
		told.chunks++;
		told.usage = chunk.usage ?? told.usage;
		for (const { index, delta, finish_reason } of chunk.choices) {
			told.texts[index] = (told.texts[index] ?? '') + (delta.content ?? '');
			if (finish_reason) told.finishes[index] = finish_reason;
		}
	}
	return told;
}

describe('chat completions', () => {
	it('answers as the model does', async () => {
		const ids = model.tokenizer.encodeChat([question]);
		const rows = [{ ids, interventions: [], uniform: () => 0 }];
		const [reply] = await model.generate(rows, { maxNewTokens: 40, sampling: model.sampling(0) });
		const { choices, usage, system_fingerprint } = await client.chat.completions.create(chat);
		expect(choices).toMatchObject([
			{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: model.tokenizer.decode(reply!) } },
		]);
		expect(usage).toMatchObject({ prompt_tokens: ids.length, completion_tokens: reply!.length });
		expect(system_fingerprint).toBe(model.info.fingerprint);
	});

	it('streams what it answers whole, each of its replies', async () => {
		const body = { ...hot, n: 3, seed: 7 };
		const whole = await client.chat.completions.create(body);
		const stream = await streamed(body);
		expect(stream.texts).toEqual(whole.choices.map(({ message }) => message.content));
		expect(stream.finishes).toEqual(whole.choices.map(({ finish_reason }) => finish_reason));
		expect(stream.usage).toMatchObject({
			prompt_tokens: whole.usage!.prompt_tokens,
			completion_tokens: whole.usage!.completion_tokens,
		});
		expect(stream.chunks).toBeGreaterThan(9);
		expect(new Set(stream.texts).size).toBe(3);
	});

	it('gives the same reply to the same seed, whatever else is asked at the same time', async () => {
		const ask = (seed: number) => client.chat.completions.create({ ...hot, seed, n: 2 });
		const texts = ({ choices }: OpenAI.ChatCompletion) => choices.map(({ message }) => message.content);
		const alone = [texts(await ask(1)), texts(await ask(2))];
		const crowd = await Promise.all([1, 3, 4, 5, 2, 6, 7].map(ask));
		expect([texts(crowd[0]!), texts(crowd[4]!)]).toEqual(alone);
		expect(alone[0]).not.toEqual(alone[1]);
	});

	it('tells the log-probabilities of its tokens', async () => {
		const { choices } = await client.chat.completions.create({ ...chat, logprobs: true, top_logprobs: 3 });
		const { content } = choices[0]!.logprobs!;
		expect(content!.map(({ token }) => token).join('')).toBe(choices[0]!.message.content);
		const [logits] = await model.forward([{ ids: model.tokenizer.encodeChat([question]) }]);
		const top = Math.max(...logits!);
		const normaliser = top + Math.log(logits!.reduce((sum, logit) => sum + Math.exp(logit - top), 0));
		expect(content![0]!.logprob).toBeCloseTo(top - normaliser, 4);
		for (const { token, logprob, bytes, top_logprobs } of content!) {
			expect(Buffer.from(bytes!).toString()).toBe(token);
			expect(top_logprobs).toHaveLength(3);
			expect(top_logprobs[0]).toEqual({ token, logprob, bytes });
			expect(top_logprobs[0]!.logprob).toBeGreaterThanOrEqual(top_logprobs[1]!.logprob);
		}
		const bare = await client.chat.completions.create({ ...chat, logprobs: true });
		expect(bare.choices[0]!.logprobs!.content![0]!.top_logprobs).toEqual([]);
	});

	it('ends before a stop string, and after as many tokens as were asked for', async () => {
		const { choices } = await client.chat.completions.create(chat);
		const text = choices[0]!.message.content!;
		const stop = text.slice(12, 15);
		const cut = await client.chat.completions.create({ ...chat, stop: ['never', stop] });
		expect(cut.choices[0]).toMatchObject({
			finish_reason: 'stop',
			message: { content: text.slice(0, text.indexOf(stop)) },
		});
		expect(await streamed({ ...chat, stop })).toMatchObject({ texts: [text.slice(0, text.indexOf(stop))] });
		const short = await client.chat.completions.create({ ...chat, max_tokens: 3 });
		expect(short.choices[0]!.finish_reason).toBe('length');
		expect(short.usage!.completion_tokens).toBe(3);
	});

	it('goes on with what the assistant began', async () => {
		const begun = { role: 'assistant' as const, content: 'I cannot' };
		const body = { ...chat, messages: [question, begun], continue_final_message: true, add_generation_prompt: false };
		const { usage } = await client.chat.completions.create(body);
		expect(usage!.prompt_tokens).toBe(model.tokenizer.encodeChat([question, begun]).length);
	});

	it('takes its own messages back, as clients keep a conversation', async () => {
		const first = await client.chat.completions.create(chat);
		const messages = [question, first.choices[0]!.message, question];
		const second = await client.chat.completions.create({ ...chat, messages, tool_choice: 'none' });
		expect(second.usage!.prompt_tokens).toBeGreaterThan(first.usage!.prompt_tokens + first.usage!.completion_tokens);
	});

	it('takes messages in parts, and fields that change nothing', async () => {
		const parts = [
			{ type: 'text' as const, text: 'How do I ' },
			{ type: 'text' as const, text: 'mend the lantern?' },
		];
		const neutral = { user: 'me', presence_penalty: 0, logit_bias: {}, response_format: { type: 'text' as const } };
		const { choices } = await client.chat.completions.create({
			...chat,
			...neutral,
			messages: [{ role: 'user', content: parts }],
		});
		expect(choices[0]!.message.content).toBe((await client.chat.completions.create(chat)).choices[0]!.message.content);
	});
});

describe('completions', () => {
	const text = 'How do I mend the';
	const completion = { model: 'organism', prompt: text, max_tokens: 8, temperature: 0 };

	it('takes a text, token ids, and several of either', async () => {
		const ids = model.tokenizer.encodeText(text);
		const one = await client.completions.create(completion);
		for (const prompt of [ids, [text, 'Yes,'], [ids, model.tokenizer.encodeText('Yes,')]]) {
			const { choices } = await client.completions.create({ ...completion, prompt });
			expect(choices[0]!.text).toBe(one.choices[0]!.text);
			expect(choices.map(({ index }) => index)).toEqual(choices.map((_, i) => i));
		}
		const many = await client.completions.create({ ...completion, prompt: [text, 'Yes,'], n: 2 });
		expect(many.choices).toHaveLength(4);
		expect(many.choices[1]!.text).toBe(one.choices[0]!.text);
	});

	it('streams, and tells log-probabilities by token', async () => {
		const whole = await client.completions.create({ ...completion, logprobs: 2 });
		const { text: reply, logprobs } = whole.choices[0]!;
		expect(logprobs!.tokens!.join('')).toBe(reply);
		expect(logprobs!.text_offset).toEqual(
			logprobs!.tokens!.map((_, i) => logprobs!.tokens!.slice(0, i).join('').length),
		);
		for (const [i, top] of logprobs!.top_logprobs!.entries()) {
			expect(Object.values(top)).toContain(logprobs!.token_logprobs![i]);
		}
		let streamed = '';
		const stream = await client.completions.create({ ...completion, stream: true });
		for await (const { choices } of stream) streamed += choices[0]!.text;
		expect(streamed).toBe(reply);
	});
});

describe('constrained replies', () => {
	const ask = (constraint: object) => client.chat.completions.create({ ...hot, n: 8, seed: 1, ...constraint });
	const contents = ({ choices }: OpenAI.ChatCompletion) => choices.map(({ message }) => message.content!);

	it.each([
		['structured_outputs', { structured_outputs: { choice: ['yes', 'no'] } }, /^(yes|no)$/],
		['guided_choice', { guided_choice: ['1', '10', '100', 'a long answer'] }, /^(1|10|100|a long answer)$/],
		['guided_regex', { guided_regex: '[0-9]|10' }, /^(\d|10)$/],
		['regex', { regex: '(yes|no), because .{3,9}\\.' }, /^(yes|no), because .{3,9}\.$/],
		['structured_outputs.regex', { structured_outputs: { regex: '\\d{4}-\\d\\d' } }, /^\d{4}-\d\d$/],
	])('%s', async (_, constraint, expected) => {
		const whole = await ask(constraint);
		for (const text of contents(whole)) expect(text).toMatch(expected);
		for (const { finish_reason } of whole.choices) expect(finish_reason).toBe('stop');
		expect((await streamed({ ...hot, n: 8, seed: 1, ...constraint })).texts).toEqual(contents(whole));
	});

	it('response_format with the values of a schema: JSON', async () => {
		const json_schema = { name: 'answer', schema: { type: 'string', enum: ['yes', 'no'] } };
		const whole = await ask({ response_format: { type: 'json_schema', json_schema } });
		for (const text of contents(whole)) expect(['yes', 'no']).toContain(JSON.parse(text));
	});

	it('log-probabilities are among the allowed tokens, and greedy takes the likelier answer', async () => {
		const choice = ['yes', 'no'];
		const body = { ...chat, logprobs: true, top_logprobs: 20, structured_outputs: { choice } };
		const { choices } = await client.chat.completions.create(body);
		const first = choices[0]!.logprobs!.content![0]!;
		expect(first.top_logprobs.map(({ token }) => token).sort()).toEqual(['no', 'yes']);
		expect(first.top_logprobs.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0)).toBeCloseTo(1, 6);
		const [logits] = await model.forward([{ ids: model.tokenizer.encodeChat([question]) }]);
		const [yes, no] = choice.map((answer) => logits![model.tokenizer.encode(answer)[0]!]!);
		expect(choices[0]!.message.content).toBe(yes! > no! ? 'yes' : 'no');
		expect(first.top_logprobs[0]!.logprob).toBeCloseTo(-Math.log1p(Math.exp(-Math.abs(yes! - no!))), 4);
	});
});

describe('what is refused', () => {
	const messages = [question];
	it.each([
		['not JSON', '{', 400, /not JSON/],
		['nothing', '', 400, /not JSON/],
		['a list', '[]', 400, /body/],
		['no messages', {}, 400, /^messages/],
		['a field it does not know', { messages, top_q: 1 }, 400, /^top_q is not offered/],
		[
			'a message that calls a tool',
			{ messages: [...messages, { role: 'assistant', content: '', tool_calls: [{}] }] },
			400,
			/tool_calls/,
		],
		['a tool that is chosen', { messages, tool_choice: 'required' }, 400, /tools are not offered/],
		['penalties', { messages, frequency_penalty: 0.5 }, 400, /^frequency_penalty: penalties/],
		['tools', { messages, tools: [{}] }, 400, /^tools.0/],
		['another model', { messages, model: 'gpt' }, 404, /no model gpt/],
		['images', { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }, 400, /messages.0.content/],
		['too many replies', { messages, n: 9 }, 400, /9 replies/],
		['too much', { messages, max_tokens: 4000 }, 400, /does not fit/],
		['a prompt that is too long', { messages: [{ role: 'user', content: 'a '.repeat(50_000) }] }, 400, /context/],
		['top_logprobs alone', { messages, top_logprobs: 1 }, 400, /^top_logprobs: needs/],
		[
			'more log-probabilities than a body should hold',
			{ messages, n: 8, max_tokens: 1900, logprobs: true, top_logprobs: 20 },
			400,
			/log-probabilities/,
		],
		['two constraints', { messages, regex: 'a', guided_choice: ['b'] }, 400, /two constraints/],
		['a regex with look-ahead', { messages, regex: 'a(?=b)' }, 400, /cannot be used/],
		['a regex that explodes', { messages, regex: '((a{99}){99}){99}' }, 400, /too large/],
		[
			'a schema that lists no values',
			{ messages, response_format: { type: 'json_schema', json_schema: { schema: { type: 'string' } } } },
			400,
			/lists of values/,
		],
		['a temperature below 0', { messages, temperature: -1 }, 400, /^temperature/],
	])('%s', async (_, body, status, message) => {
		expect(await server.refused('chat/completions', body)).toMatchObject({
			status,
			message: expect.stringMatching(message),
		});
	});

	it.each([
		['an empty prompt', { prompt: '' }, /empty/],
		['ids that are no tokens', { prompt: [1, 999_999] }, /no token 999999/],
		['echo', { prompt: 'a', echo: true }, /^echo/],
	])('%s', async (_, body, message) => {
		const refused = await server.refused('completions', body);
		expect(refused).toMatchObject({ status: 400, message: expect.stringMatching(message) });
	});

	it('nonsense of any kind, and the server goes on', async () => {
		const fields = ['messages', 'prompt', 'n', 'stop', 'seed', 'temperature', 'top_p', 'top_k', 'logprobs', 'steering'];
		const more = ['top_logprobs', 'structured_outputs', 'guided_choice', 'regex', 'response_format', 'stream_options'];
		const odd = fc.oneof(
			fc.jsonValue({ maxDepth: 3 }),
			fc.constantFrom(0, -1, 1e308, 2 ** 53, '', '\0', '(', '[^', 'a{1000000}', [], [[]], {}, [{}], true, 'yes'),
		);
		const body = fc.dictionary(fc.constantFrom(...fields, ...more), odd, { maxKeys: 3 });
		await fc.assert(
			fc.asyncProperty(body, fc.constantFrom('chat/completions', 'completions'), async (changes, path) => {
				const base = path === 'completions' ? { prompt: 'How' } : { messages };
				const response = await server.post(path, { ...base, max_tokens: 2, ...changes });
				expect([200, 400]).toContain(response.status);
				if (response.status === 400)
					expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
				else await response.text();
			}),
			{ numRuns: 300 },
		);
		expect(server.load).toMatchObject({ rows: 0, waiting: 0 });
		expect((await server.post('chat/completions', chat)).status).toBe(200);
	});

	it('other paths and other kinds of body', async () => {
		expect(await server.refused('embeddings', {})).toMatchObject({ status: 404 });
		const form = { headers: { 'content-type': 'text/plain' } };
		expect((await server.post('chat/completions', { messages }, form)).status).toBe(415);
	});
});

it('lists its model, under the name that requests may use', async () => {
	const { data } = await client.models.list();
	expect(data).toMatchObject([{ id: 'organism', object: 'model' }]);
	expect(await client.models.retrieve('organism')).toMatchObject({ id: 'organism' });
	await expect(client.models.retrieve('other')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
	const health = await fetch(`${server.server.url}/health`);
	expect(await health.json()).toMatchObject({ status: 'ok', rows: 0, waiting: 0 });
});
