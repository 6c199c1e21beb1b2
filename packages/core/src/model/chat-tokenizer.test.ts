import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../datasets/message.js';
import { ChatTokenizer } from './chat-tokenizer.js';

const shared = fileURLToPath(new URL('../../../../../shared/', import.meta.url));
const needsShared = existsSync(shared) ? '' : ' (skipped: no shared/ beside the repository)';
const folders = { tiny: join(shared, 'fixtures/tiny/model'), smollm2: join(shared, 'models/smollm2-135m-int4') };
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

interface Rendered {
	rendered_full: string;
	token_ids_used: number[];
	text_used: string;
	last_token?: number;
}
interface PromptSet {
	dataset: string;
	behavior: string | null;
	positives: FixtureExample[];
	negatives: FixtureExample[];
}
type FixtureExample = { messages: Message[] } & Record<'llama3_template_tiny' | 'chatml_smollm2', Rendered>;

describe.skipIf(needsShared)(`ChatTokenizer against the reference${needsShared}`, () => {
	const models = [
		{ name: 'tiny', key: 'llama3_template_tiny' },
		{ name: 'smollm2', key: 'chatml_smollm2' },
	] as const;
	const sets: PromptSet[] = needsShared ? [] : readJson(join(shared, 'fixtures/misc/prompts.json'));

	describe.each(models)('$name', ({ name, key }) => {
		let tokenizer: ChatTokenizer;
		beforeAll(async () => {
			tokenizer = await ChatTokenizer.load(folders[name]);
		});

		it.each(sets)('$dataset $behavior: rendered text, token ids and their text', ({ positives, negatives }) => {
			for (const example of [...positives, ...negatives]) {
				const expected = example[key];
				expect(tokenizer.renderChat(example.messages)).toBe(expected.rendered_full);
				const ids = tokenizer.encodeChat(example.messages);
				expect(ids).toEqual(expected.token_ids_used);
				expect(tokenizer.decode(ids, { skipSpecialTokens: false })).toBe(expected.text_used);
				if (expected.last_token !== undefined) expect(ids.at(-1)).toBe(expected.last_token);
			}
		});

		const acts = join(shared, 'fixtures', name, 'acts');
		const runs = needsShared ? [] : readdirSync(acts).filter((file) => file.endsWith('.json'));
		it.each(runs)('%s: token ids, and the answer tokens where they are given', (file) => {
			const run = readJson(join(acts, file));
			for (const { messages, token_ids } of run.examples) expect(tokenizer.encodeChat(messages)).toEqual(token_ids);
			if (run.A_token !== null) expect(tokenizer.answerToken('A')).toBe(run.A_token);
			if (run.B_token !== null) expect(tokenizer.answerToken('B')).toBe(run.B_token);
		});

		it('reads an empty answer, as some real rows have, at the header of the turn', () => {
			const user: Message = { role: 'user', content: 'Now, or later?' };
			const answered = tokenizer.encodeChat([user, { role: 'assistant', content: '' }]);
			expect(answered).toEqual(tokenizer.encodeChat([user]));
		});

		it('encodes the prompts of generation, and decodes what was generated without special tokens', () => {
			const { prompts } = readJson(join(shared, 'fixtures', name, 'apply', 'apply.json'));
			for (const { prompt, prompt_ids, full_ids } of prompts) {
				expect(tokenizer.encodeChat([{ role: 'user', content: prompt }])).toEqual(prompt_ids);
				expect(tokenizer.decode(full_ids)).not.toMatch(/<\|/);
			}
		});
	});

	it('stops at the configured ids, lists included, and at an end-of-turn token the configuration leaves out', async () => {
		expect([...(await ChatTokenizer.load(folders.tiny)).stopIds].sort()).toEqual([508, 511]);
		expect((await ChatTokenizer.load(folders.smollm2)).stopIds).toEqual([2]);
	});

	it('takes thousands of prompts in seconds', async () => {
		const tokenizer = await ChatTokenizer.load(folders.smollm2);
		const start = performance.now();
		for (let i = 0; i < 1000; i++)
			tokenizer.encodeChat([{ role: 'user', content: `${i}. ${'Why is the sky blue? '.repeat(10)}` }]);
		expect(performance.now() - start).toBeLessThan(10_000);
	});

	describe('with files that are not right', () => {
		let folder: string;
		beforeEach(() => {
			folder = mkdtempSync(join(tmpdir(), 'tokenizer-'));
			for (const file of ['tokenizer.json', 'tokenizer_config.json', 'config.json']) {
				cpSync(join(folders.tiny, file), join(folder, file));
			}
		});
		afterEach(() => rmSync(folder, { recursive: true }));
		const setTemplate = (chat_template: unknown) => {
			const config = readJson(join(folders.tiny, 'tokenizer_config.json'));
			writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ ...config, chat_template }));
		};

		it('finds the end-of-turn token that neither configuration names', async () => {
			expect((await ChatTokenizer.load(folder)).stopIds).toEqual([508, 511]);
		});

		it('says what is missing: tokenizer, template', async () => {
			setTemplate(null);
			await expect(ChatTokenizer.load(folder)).rejects.toMatchObject({ code: 'ERR_MISSING_INPUT', exitCode: 3 });
			rmSync(join(folder, 'tokenizer.json'));
			await expect(ChatTokenizer.load(folder)).rejects.toThrow(/no file .*tokenizer\.json/);
		});

		it('refuses a truncated tokenizer', async () => {
			writeFileSync(join(folder, 'tokenizer.json'), readFileSync(join(folder, 'tokenizer.json')).subarray(0, 5000));
			await expect(ChatTokenizer.load(folder)).rejects.toMatchObject({ code: 'ERR_BAD_FILE' });
		});

		it('gives a template the tokens that the configuration names, and refuses what is none', async () => {
			const config = readJson(join(folders.tiny, 'tokenizer_config.json'));
			const write = (more: object) =>
				writeFileSync(
					join(folder, 'tokenizer_config.json'),
					JSON.stringify({ ...config, chat_template: '{{ bos_token }}|{{ sep_token }}', ...more }),
				);
			write({ bos_token: { content: config.bos_token, lstrip: false } });
			expect((await ChatTokenizer.load(folder)).renderChat([])).toBe(`${config.bos_token}|`);
			write({ sep_token: { id: 3 } });
			await expect(ChatTokenizer.load(folder)).rejects.toMatchObject({
				code: 'ERR_BAD_FILE',
				message: `the tokenizer in ${folder} cannot be used: sep_token is no token: {"id":3}`,
			});
		});

		it('prefers chat_template.jinja, and takes the default of several templates', async () => {
			setTemplate([
				{ name: 'tool_use', template: 'tools' },
				{ name: 'default', template: 'listed' },
			]);
			expect((await ChatTokenizer.load(folder)).renderChat([])).toBe('listed');
			writeFileSync(join(folder, 'chat_template.jinja'), 'from the file');
			expect((await ChatTokenizer.load(folder)).renderChat([])).toBe('from the file');
		});

		it('gives the words of a template that refuses its messages, on one line', async () => {
			setTemplate("{{ raise_exception('roles must\nalternate') }}");
			const tokenizer = await ChatTokenizer.load(folder);
			expect(() => tokenizer.renderChat([])).toThrow(/^the chat template cannot write .*roles must alternate$/);
			setTemplate('{% for x in %}');
			expect(() => tokenizer.renderChat([])).toThrow(expect.objectContaining({ code: 'ERR_BAD_FILE' }));
		});

		it('writes a fixed date where a template asks for today', async () => {
			setTemplate("{{ strftime_now('%d %b %Y') }}|{% if date_string is defined %}{{ date_string }}{% endif %}");
			expect((await ChatTokenizer.load(folder)).renderChat([])).toBe('26 Jul 2024|26 Jul 2024');
		});

		it('drops whatever the template writes behind the answer, and refuses one that changes it', async () => {
			const messages: Message[] = [{ role: 'assistant', content: ' yes ' }];
			setTemplate("{{ messages[0]['content'] | trim }} <|eot_id|>\n<|end_of_text|>\n");
			const tokenizer = await ChatTokenizer.load(folder);
			expect(tokenizer.decode(tokenizer.encodeChat(messages))).toBe('yes');
			expect(tokenizer.encodeChat([{ role: 'assistant', content: '' }])).toEqual([]);
			setTemplate("{{ messages[0]['content'] | upper }}<|eot_id|>");
			const bad = await ChatTokenizer.load(folder);
			expect(() => bad.encodeChat(messages)).toThrow(/does not write the last assistant message as it is/);
		});
	});
});
