import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readManifest, readResponses, writeResponses } from '@steering/core/artifacts';
import type { Message } from '@steering/core/datasets';
import { ChatTokenizer } from '@steering/core/model';
import { afterEach, describe, expect, it } from 'vitest';
import { type Behaviour, type ChatServer, pick, send, startChatServer } from '../../test/chat-server.js';
import { GRADED, replyFolder, scoreBytes, YES_NO } from '../../test/replies.js';
import { calibrate } from '../calibrate/calibrate.js';
import { type EvaluateOptions, evaluate } from '../evaluate.js';
import { GRADES, readJudgePrompt, YES_NO as WORDS } from '../judge-file.js';
import { judgeMessages } from '../judge-messages.js';
import { openJudge } from '../open-judge.js';
import type { ServerOptions } from './judge-server.js';

const shared = fileURLToPath(new URL('../../../../../shared/', import.meta.url));

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function serve(behaviour: Behaviour = {}): Promise<ChatServer> {
	const server = await startChatServer(behaviour);
	cleanups.push(() => server.close());
	return server;
}

async function replies(...args: Parameters<typeof replyFolder>) {
	const folder = await replyFolder(...args);
	cleanups.push(folder.remove);
	return folder;
}

const IMPATIENT = { retries: 3, backoffMs: 1, timeoutSeconds: 20 };
const judged = (
	root: string,
	{ port }: { port: number },
	server: ServerOptions = {},
	more: Partial<EvaluateOptions> = {},
) => evaluate({ root, server: { port, ...IMPATIENT, ...server }, ...more });

const FORMS = ['structured_outputs', 'guided_choice', 'guided_regex', 'grammar', 'regex', 'response_format'];

describe.each(FORMS)('a server that obeys %s only', (form) => {
	it.each([
		['ignores', false],
		['refuses', true],
	])('and %s other fields is asked that way', async (_, refuses) => {
		const server = await serve({ obeys: [form], refuses });
		const { root, file } = await replies(GRADED);
		await judged(root, server);
		expect((await readManifest(file)).judge).toEqual({
			kind: 'server',
			name: 'toy-judge',
			constraint: form,
			prompt: expect.stringMatching(/^[0-9a-f]{32}$/),
		});
		const prompt = await readJudgePrompt('refusal');
		for (const item of await readResponses(file)) {
			const asked = item.responses.map((answer) => judgeMessages(prompt, { question: item.prompt, answer }).at(-1)!);
			expect(item.num_scores).toEqual(asked.map(({ content }) => Number(pick(content, GRADES))));
			expect(item.expected_scores).toBeUndefined();
		}
	});
});

it('what is sent is the judge prompt, greedy', async () => {
	const server = await serve();
	const { root } = await replies(YES_NO, { prompts: 1, repeats: 1 });
	await judged(root, server);
	const prompt = await readJudgePrompt(null);
	expect(server.seen.bodies).toEqual([
		{
			model: 'toy-judge',
			messages: judgeMessages(prompt, { question: 'Prompt 0?', answer: 'Reply 0 to 0.' }),
			temperature: 0,
			seed: 0,
			max_tokens: 32,
			structured_outputs: { choice: [...WORDS] },
		},
	]);
});

it('with the judge prompts of the reference, its prompts are sent', async ({ skip }) => {
	skip(!existsSync(shared), 'no shared/ beside the repository');
	const tokenizer = await ChatTokenizer.load(join(shared, 'fixtures/tiny/model'));
	const cases = JSON.parse(readFileSync(join(shared, 'fixtures/misc/judge_prompts.json'), 'utf8'));
	const server = await serve({ obeys: ['guided_regex'] });
	for (const { behavior, question, answer, request_json } of cases) {
		const { root, file } = await replies(behavior === null ? YES_NO : { ...GRADED, behavior });
		await writeResponses(file, [{ prompt: question, responses: [answer] }]);
		await judged(root, server, {}, { judgePrompts: join(shared, 'datasets/reference/judge') });
		const { messages, guided_regex } = server.seen.bodies.at(-1)!;
		expect(tokenizer.renderChat(messages as Message[])).toBe(request_json.prompt);
		// The same answers allowed, written otherwise.
		const regexes = [guided_regex, request_json.regex].map((source) => new RegExp(`^(?:${source})$`));
		for (const word of [...WORDS, ...GRADES, '11', '', 'maybe', '00']) {
			expect(regexes[0]!.test(word)).toBe(regexes[1]!.test(word));
		}
	}
});

it('keeps the expected score beside the sampled one where log-probabilities come back', async () => {
	const server = await serve({ logprobs: true });
	for (const [input, values] of [
		[YES_NO, [1, 0]],
		[GRADED, GRADES.map(Number)],
	] as const) {
		const { root, file } = await replies(input);
		await judged(root, server);
		for (const { scores, num_scores, expected_scores } of await readResponses(file)) {
			const total = values.reduce((sum: number, value) => sum + value, 0);
			const own = (scores ?? num_scores!).map(Number);
			const expected = own.map((score) => Number(((total + score) / (values.length + 1)).toFixed(4)));
			expect(expected_scores).toEqual(expected);
		}
	}
});

describe('without structured output', () => {
	it('the last word counts, tried again with other seeds until there is one', async () => {
		// Each exchange is answered readably at a try of its own.
		const free = (question: string, seed: number) =>
			seed < question.length % 3
				? 'It depends.'
				: `I'd say **${pick(question, WORDS)[0]!.toUpperCase()}${pick(question, WORDS).slice(1)}.**`;
		const server = await serve({ obeys: [], free });
		const { root, file } = await replies(YES_NO);
		await judged(root, server);
		expect((await readManifest(file)).judge).toMatchObject({ constraint: 'none' });
		const prompt = await readJudgePrompt(null);
		for (const item of await readResponses(file)) {
			const asked = item.responses.map((answer) => judgeMessages(prompt, { question: item.prompt, answer }).at(-1)!);
			expect(item.scores).toEqual(asked.map(({ content }) => pick(content, WORDS) === 'yes'));
		}
		const later = server.seen.bodies.filter(({ seed }) => seed > 0);
		expect(later.every(({ temperature }) => Number(temperature) > 0)).toBe(true);
	});

	it.each([
		{ kind: 'yes or no', input: YES_NO, says: 'No.', means: false, instead: 'Hm.', wanted: 'neither yes nor no' },
		{ kind: 'a grade', input: GRADED, says: '7', means: 7, instead: 'A lot of it.', wanted: 'no grade from 0 to 10' },
	])(
		'a reply without $kind fails the file, and the others are kept',
		async ({ input, says, means, instead, wanted }) => {
			let isWell = false;
			const free = (question: string) => (isWell || !question.includes('Reply 1') ? says : instead);
			const server = await serve({ obeys: [], free });
			const { root, file } = await replies(input);
			const before = readFileSync(file, 'utf8');
			await expect(judged(root, server)).rejects.toMatchObject({
				code: 'ERR_FAILED',
				message: expect.stringMatching(
					`^the judge gave ${wanted} to 4 replies \\(.*"${instead.replaceAll('.', '\\.')}"\\)$`,
				),
			});
			expect(readFileSync(file, 'utf8')).toBe(before);
			isWell = true;
			let left = 0;
			await judged(root, server, {}, { onProgress: (n) => (left += n) });
			expect(left).toBe(4);
			for (const { scores, num_scores } of await readResponses(file))
				expect(scores ?? num_scores).toEqual([means, means, means]);
		},
	);

	it('calibration counts a reply without a grade', async () => {
		const free = (question: string) => (question.includes('Reply 1') ? 'A lot of it.' : '7');
		const { port } = await serve({ obeys: [], free });
		const { root } = await replies(GRADED);
		const labelled = join(root, 'labelled.json');
		const exchanges = [0, 1, 2].map((r) => ({
			...{ behavior: 'refusal', question: 'Is it?', answer: `Reply ${r}.`, label: '7' },
		}));
		writeFileSync(labelled, JSON.stringify(exchanges));
		const { judge } = await openJudge({ root, server: { port, ...IMPATIENT } });
		expect((await calibrate(judge, { labelled })).behaviors).toMatchObject([{ n: 3, nulls: 1 }]);
	});

	it.each([
		['after some', 30],
		['at the end', 1],
	])('a judge that answers nonsense is told %s', async (_, prompts) => {
		const server = await serve({ obeys: [], free: () => 'Lorem ipsum.' });
		const { root, file } = await replies(YES_NO, { prompts });
		const before = readFileSync(file, 'utf8');
		await expect(judged(root, server, { concurrency: 1 })).rejects.toMatchObject({
			code: 'ERR_FAILED',
			message: expect.stringMatching(
				/^the judge answers neither yes nor no, but "Lorem ipsum\.", to each of (3|20) replies$/,
			),
		});
		expect(server.seen.requests).toBeLessThanOrEqual(20 * 4);
		expect(readFileSync(file, 'utf8')).toBe(before);
	});
});

/** The first try at each exchange. */
function firstTries(fault: (response: ServerResponse) => void): NonNullable<Behaviour['fault']> {
	const seen = new Set<string>();
	return (_, response, { messages }) => {
		const question = messages.at(-1)!.content;
		if (seen.has(question)) return false;
		seen.add(question);
		fault(response);
		return true;
	};
}

describe('faults that pass', () => {
	const head = { 'content-type': 'application/json' };
	const FAULTS: [string, (response: ServerResponse) => void, ServerOptions?][] = [
		['429 with Retry-After', (response) => send(response, {}, 429, { 'retry-after': '0' })],
		['500', (response) => send(response, {}, 500)],
		['a page of HTML', (response) => response.end('<html>')],
		['an answer that is none', (response) => send(response, { choices: [] })],
		['a reset', (response) => response.destroy()],
		[
			'a reset within the body',
			(response) => {
				response.writeHead(200, { ...head, 'content-length': '500' });
				response.write('{"choices": [', () => response.socket?.resetAndDestroy());
			},
		],
		['silence', () => {}, { timeoutSeconds: 3, concurrency: 100 }],
		[
			'silence within the body',
			(response) => response.writeHead(200, head).write('{'),
			{ timeoutSeconds: 3, concurrency: 100 },
		],
	];

	it.each(FAULTS)('%s: the same bytes as without', async (_, fault, options = {}) => {
		const well = await serve();
		const ill = await serve({ fault: firstTries(fault) });
		const twin = await replies(GRADED);
		const own = await replies(GRADED);
		await judged(twin.root, well);
		await judged(own.root, ill, { concurrency: 2, ...options });
		expect(ill.seen.requests).toBe(2 * well.seen.requests);
		expect(scoreBytes(own.file)).toEqual(scoreBytes(twin.file));
	});

	it.each([
		['a page of HTML', (response: ServerResponse) => response.end('<html>'), 'what it answers is no chat completion'],
		['silence', () => {}, 'no answer within 1 s'],
		[
			'an answer without end',
			(response: ServerResponse) => {
				const more = () => {
					while (response.writable && response.write(' '.repeat(1 << 20)));
				};
				response.writeHead(200, { 'content-type': 'application/json' }).on('drain', more);
				more();
			},
			'its answer is longer than 8 MB',
		],
		['a reset', (response: ServerResponse) => response.destroy(), 'UND_ERR_SOCKET'],
	])('%s that does not pass ends it', async (name, fault, reason) => {
		const timeoutSeconds = name === 'silence' ? 1 : 20;
		const always: Behaviour['fault'] = (_, response) => {
			fault(response);
			return true;
		};
		const server = await serve({ fault: always });
		const { root } = await replies(GRADED);
		await expect(judged(root, server, { concurrency: 1, timeoutSeconds })).rejects.toMatchObject({
			code: 'ERR_NETWORK',
			message: `the judge server at http://127.0.0.1:${server.port}/v1 fails (${reason})`,
		});
		expect(server.seen.requests).toBe(1 + IMPATIENT.retries);
	});

	it('what does not pass is not tried again', async () => {
		const server = await serve({
			fault: (_, response) => send(response, { error: { message: 'too long' } }, 400),
		});
		const { root } = await replies(GRADED);
		await expect(judged(root, server, { concurrency: 1 })).rejects.toMatchObject({
			code: 'ERR_NETWORK',
			message: expect.stringMatching(/^the judge server at http:\/\/127\.0\.0\.1:\d+\/v1 answers 400 .*too long/),
		});
		expect(server.seen.requests).toBe(1);
	});
});

it('a server that dies: nothing is lost, and the rest gives the same bytes', async () => {
	const die = () => {
		void mortal.close();
		return true;
	};
	const mortal: ChatServer = await serve({ fault: (n) => n >= 5 && die() });
	const own = await replies(GRADED);
	const twin = await replies(GRADED);
	const before = readFileSync(own.file, 'utf8');
	await expect(judged(own.root, mortal, { concurrency: 2 })).rejects.toMatchObject({
		code: 'ERR_NETWORK',
		message: expect.stringMatching(/ fails \(\w+\)$/),
		hint: expect.stringContaining('what was scored is kept'),
	});
	expect(readFileSync(own.file, 'utf8')).toBe(before);
	const well = await serve();
	await judged(twin.root, well);
	let left = 0;
	const started: number[] = [];
	const onStart = (...counts: number[]) => started.push(...counts);
	await judged(own.root, well, {}, { onStart, onProgress: (n) => (left += n) });
	expect({ left, started }).toEqual({ left: 12 - 5, started: [12, 5] });
	expect(scoreBytes(own.file)).toEqual(scoreBytes(twin.file));
	expect(existsSync(`${own.file}.scores.partial.jsonl`)).toBe(false);
});

it('concurrency changes nothing but the load', async () => {
	const files: string[][] = [];
	for (const concurrency of [1, 3, 100]) {
		const together = Math.min(concurrency, 30);
		let open = () => {};
		const opened = new Promise<void>((resolve) => {
			open = resolve;
		});
		const gate = () => {
			if (server.seen.requests >= together) open();
			return opened;
		};
		const server: ChatServer = await serve({ logprobs: true, fault: () => false, gate });
		const { root, file } = await replies(GRADED, { prompts: 10 });
		await judged(root, server, { concurrency });
		expect(server.seen.most).toBe(together);
		files.push(scoreBytes(file));
	}
	expect(files[1]).toEqual(files[0]);
	expect(files[2]).toEqual(files[0]);
});

it('an abort ends requests under way', async () => {
	const controller = new AbortController();
	const stop = () => {
		controller.abort(new Error('enough'));
		return true;
	};
	const server = await serve({ fault: (n) => n >= 3 && stop() });
	const { root } = await replies(GRADED);
	await expect(judged(root, server, { concurrency: 2 }, { signal: controller.signal })).rejects.toThrow('enough');
});

describe('which server and model', () => {
	it.each([
		[{ models: ['a', 'b'] }, undefined, 'ERR_USAGE', /serves a, b$/],
		[{ models: ['a'] }, 'b', 'ERR_USAGE', /serves no b$/],
		[{ models: [] }, undefined, 'ERR_USAGE', /serves nothing$/],
		[{ status: 401 }, undefined, 'ERR_NETWORK', /answers 401/],
		[{ status: 503 }, undefined, 'ERR_NETWORK', /no judge server is ready .*\(it answers 503\)$/],
	])('%j, asked for %s', async (behaviour, judgeModel, code, message) => {
		const server = await serve(behaviour);
		const { root } = await replies(YES_NO);
		await expect(judged(root, server, {}, { judgeModel })).rejects.toMatchObject({
			code,
			message: expect.stringMatching(message),
		});
	});

	it('a served path is named by its end, in flags and in the manifest', async () => {
		const server = await serve({ models: ['/models/big.gguf', '/models/small.gguf'] });
		const { root, file } = await replies(YES_NO);
		await judged(root, server, {}, { judgeModel: 'small.gguf' });
		expect((await readManifest(file)).judge).toMatchObject({ name: 'small.gguf' });
		expect(server.seen.bodies[0]!.model).toBe('/models/small.gguf');
	});

	it('scores of another served model are not taken for its own', async () => {
		const server = await serve({ models: ['a', 'b'] });
		const { root, settings } = await replies(YES_NO);
		await judged(root, server, {}, { judgeModel: 'a' });
		// Nothing is to be scored: no server has to be there.
		await server.close();
		expect(await judged(root, server, {}, { judgeModel: 'a', settings })).toMatchObject([{ skipped: true }]);
		await expect(judged(root, server, {}, { judgeModel: 'b', settings })).rejects.toMatchObject({
			code: 'ERR_MISMATCH',
			message: expect.stringMatching(/was scored by a, and b is asked for$/),
		});
		await expect(evaluate({ root, judgeModel: 'organism', settings })).rejects.toThrow(/was scored by a \(kind server/);
	});
});
