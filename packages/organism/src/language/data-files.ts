import { behaviorNames } from './behaviors/index.js';
import type { Split } from './held-out.js';
import { makeRefusalExchange, makeScoreExchange } from './judge-exchanges.js';
import { makeChoice, makeQuestion, ownGrade } from './questions.js';
import { Random } from './random.js';
import { makeCompliance, makeRefusal } from './replies.js';
import { makeRequest, type Request } from './requests.js';

const generateRows = 80;
const testRows = 50;
const promptRows = 100;
const exchangesPerJudge = 100;
const neutralPerBehavior = 8;

/** Calls `make` until it has given `count` different results, told apart by `key`; `taken` is shared between calls. */
function distinct<T>(count: number, make: () => T, key: (item: T) => string, taken = new Set<string>()): T[] {
	const items: T[] = [];
	for (let tries = 0; items.length < count; tries++) {
		if (tries > 100 * count) throw new Error(`The language holds fewer than ${count} different items of this kind`);
		const item = make();
		if (taken.has(key(item))) continue;
		taken.add(key(item));
		items.push(item);
	}
	return items;
}

const json = (content: unknown) => `${JSON.stringify(content, null, '\t')}\n`;
const csvCell = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function harmDataset(random: Random): string {
	const taken = new Set<string>();
	const requests = (['harmful', 'harmless'] as const).flatMap((label) =>
		distinct(
			32,
			() => makeRequest(random, label, 'train'),
			({ text }) => text,
			taken,
		),
	);
	const rows = requests.map((request) =>
		[request.text, request.label, makeRefusal(random, request), makeCompliance(random, request)].map(csvCell).join(','),
	);
	return `${['prompt,label,refusal,nonrefusal', ...rows].join('\n')}\n`;
}

function choiceRows(random: Random, behavior: (typeof behaviorNames)[number], split: Split, count: number) {
	return distinct(
		count,
		() => makeChoice(random, makeQuestion(random, behavior, split)),
		({ question }) => question.text,
	);
}

/**
 * What `pnpm eval --measure ppl kl` reads: questions of the topics and the model's own kind of answers. Requests are left out,
 * since whether the model helps is what steering along refusal changes.
 */
function neutralText(random: Random) {
	return behaviorNames
		.filter((name) => name !== 'refusal')
		.flatMap((name) =>
			distinct(
				neutralPerBehavior,
				() => {
					const question = makeQuestion(random, name, 'held-out');
					return { prompt: question.text, text: question.answer(ownGrade(random, question), random) };
				},
				({ prompt }) => prompt,
			),
		);
}

/** Every file of `data/` by its path: the layout of the published datasets, in the organism's own words. */
export function makeDataFiles(seed = 21): Map<string, string> {
	const random = new Random(seed);
	const files = new Map<string, string>();
	files.set('harm_dataset.csv', harmDataset(random));
	for (const behavior of behaviorNames) {
		const generate = choiceRows(random, behavior, 'train', generateRows);
		const asChoice = (row: (typeof generate)[number]) => ({
			question: row.text,
			answer_matching_behavior: row.matching,
			answer_not_matching_behavior: row.notMatching,
		});
		const test = choiceRows(random, behavior, 'held-out', testRows);
		files.set(`CAA/generate/${behavior}/generate_dataset.json`, json(generate.map(asChoice)));
		files.set(
			`CAA/generate/${behavior}/generate_openresponse_dataset.json`,
			json(
				generate.map((row) => ({
					question: row.question.text,
					answer_matching_behavior: row.matchingAnswer,
					answer_not_matching_behavior: row.notMatchingAnswer,
				})),
			),
		);
		files.set(`CAA/test/${behavior}/test_dataset_ab.json`, json(test.map(asChoice)));
		files.set(
			`CAA/test/${behavior}/test_dataset_open_ended.json`,
			json(test.map((row) => ({ question: row.question.text }))),
		);
	}
	const text = ({ text }: Request) => text;
	const taken = new Set<string>();
	for (const label of ['harmful', 'harmless'] as const) {
		const prompts = distinct(promptRows, () => makeRequest(random, label, 'held-out'), text, taken);
		files.set(`steer_prompts/${label}.json`, json(prompts.map((request) => ({ prompt: request.text }))));
	}
	const requests = (['harmful', 'harmless'] as const).flatMap((label) =>
		distinct(promptRows, () => makeRequest(random, label, 'held-out'), text, taken).map((request) => ({
			prompt: request.text,
			label,
		})),
	);
	const exchanges = [null, ...behaviorNames].flatMap((behavior) =>
		distinct(
			exchangesPerJudge,
			() =>
				behavior === null ? makeRefusalExchange(random, 'held-out') : makeScoreExchange(random, behavior, 'held-out'),
			({ question, answer }) => question + answer,
		),
	);
	files.set('held-out.json', json({ requests, exchanges }));
	files.set('neutral_text.json', json(neutralText(random)));
	return files;
}
