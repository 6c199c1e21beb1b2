import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeChat } from './chats.js';
import { makeDataFiles } from './data-files.js';
import { makeJudgeExchange } from './judge-exchanges.js';
import { Random } from './random.js';

const files = makeDataFiles();
const prompts = (path: string) => (JSON.parse(files.get(path)!) as { prompt: string }[]).map(({ prompt }) => prompt);
const steerPrompts = ['harmful', 'harmless'].flatMap((label) => prompts(`steer_prompts/${label}.json`));

describe('data files', () => {
	it('are the same at every run, and are the ones in the repository', () => {
		expect(makeDataFiles()).toEqual(files);
		for (const [path, content] of files) {
			expect(readFileSync(new URL(`../../data/${path}`, import.meta.url), 'utf8'), path).toBe(content);
		}
	});

	it('hold as many rows as promised, none twice', () => {
		expect(files.get('harm_dataset.csv')!.trim().split('\n')).toHaveLength(65);
		expect(new Set(steerPrompts).size).toBe(200);
	});

	it('share no prompt to steer with the rows vectors are made of', () => {
		const csv = files.get('harm_dataset.csv')!;
		expect(steerPrompts.filter((prompt) => csv.includes(prompt))).toEqual([]);
	});

	it('share no held-out prompt, question or exchange with the training corpus', () => {
		const random = new Random(11);
		const trained = new Set<string>();
		for (let i = 0; i < 20_000; i++) {
			for (const [user] of makeChat(random).turns) trained.add(user);
			trained.add(makeJudgeExchange(random, 'train').question);
		}
		const held = JSON.parse(files.get('held-out.json')!) as {
			requests: { prompt: string }[];
			exchanges: { question: string }[];
		};
		const tests = [...files]
			.filter(([path]) => path.startsWith('CAA/test'))
			.flatMap(([, content]) => JSON.parse(content));
		const texts = [
			...steerPrompts,
			...held.requests.map(({ prompt }) => prompt),
			...held.exchanges.map(({ question }) => question),
			...prompts('neutral_text.json'),
			...tests.map(({ question }: { question: string }) => question),
		];
		expect(texts.filter((text) => trained.has(text))).toEqual([]);
	});
});
