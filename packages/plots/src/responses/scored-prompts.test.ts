import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SteeringError } from '@steering/core/errors';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseResponses } from './python-json.js';
import { readScoredPrompts } from './scored-prompts.js';

const fixture = new URL('../../../../../shared/fixtures/misc/plots.json', import.meta.url);
let folder: string;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'plots-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string, behavior: string | null = null) {
	const path = join(folder, 'responses.json');
	await writeFile(path, text);
	return readScoredPrompts(path, behavior);
}

async function problem(text: string, behavior: string | null = null): Promise<string> {
	const error: SteeringError = await read(text, behavior).then(
		() => expect.fail('was accepted'),
		(thrown) => thrown,
	);
	expect(error).toMatchObject({ code: 'ERR_BAD_FILE', hint: expect.stringContaining('`pnpm ') });
	expect(error.message).toContain(join(folder, 'responses.json'));
	expect(error.message).not.toContain('\n');
	return error.message.replace(`${join(folder, 'responses.json')}: `, '');
}

const harmful = '{"label": "harmful", "prompt": "a", "responses": ["r"], "scores": [true]}';
const harmless = '{"label": "harmless", "prompt": "b", "responses": ["r"], "scores": [false]}';

it('accepts and refuses what the reference does', async ({ skip }) => {
	skip(!existsSync(fixture), 'shared/fixtures is not beside the repository');
	// Read as response files are: 7.0 stays apart from 7, and is written back as it was.
	const { validation } = parseResponses(readFileSync(fixture, 'utf8')) as { validation: ValidationCase[] };
	const outcomes: Record<string, unknown> = {};
	for (const { name, settings, content, result } of validation) {
		const text = JSON.stringify(content).replace(/"(\d+\.\d+)"/g, '$1');
		const behavior = settings.behavior ?? null;
		if (result.ok) outcomes[name] = await read(text, behavior);
		// The reference meets an unscored file with a KeyError; here it is left out, and nothing else to draw is an error.
		else outcomes[name] = name === 'unscored' ? await read(text, behavior) : await problem(text, behavior);
	}
	expect(outcomes).toMatchInlineSnapshot(`
		{
		  "bool_for_int": [
		    {
		      "prompt": "p",
		      "replies": [
		        "r",
		      ],
		      "scores": [
		        1,
		      ],
		    },
		  ],
		  "eleven": "item 1 ("p") num_scores[0] is 11, expected an integer 0 to 10",
		  "float": "item 1 ("p") num_scores[0] is 7.0, expected an integer 0 to 10",
		  "int_for_bool": "item 1 ("p") scores[0] is 1, expected true or false",
		  "label_with_behavior": "item 1 ("p") label is "harmful", expected none with behavior refusal",
		  "missing_label": "item 1 ("p") has no label, expected 'harmful' or 'harmless'",
		  "only_harmful": "no prompt is labelled 'harmless'",
		  "other_label": "item 1 ("p") label is "other", expected 'harmful' or 'harmless'",
		  "score_null": "item 1 ("p") scores[0] is null, expected true or false",
		  "unscored": null,
		}
	`);
});
interface ValidationCase {
	name: string;
	settings: { behavior?: string };
	content: unknown;
	result: { ok?: boolean };
}

it('names the file and the item', async () => {
	const problems = {
		empty: await problem('\n'),
		truncated: await problem(harmful.slice(0, -5)),
		notAList: await problem(harmful),
		notAnItem: await problem(`[${harmful}, 3]`),
		noResponses: await problem(`[${harmful}, {"prompt": "b", "scores": [true]}]`),
		nan: await problem('[{"prompt": "a", "responses": ["r"], "num_scores": [NaN]}]', 'refusal'),
		nanInLines: await problem('[{"prompt": "a",\n  "label": NaN,\n  "responses": ["r"]}]'),
		nanElsewhere: await problem('[{"prompt": NaN, "responses": ["r"], "num_scores": [1]}]', 'refusal'),
		infinite: await problem('[{"prompt": "a", "responses": ["r", "s"], "num_scores": [3, -Infinity]}]', 'refusal'),
		exponent: await problem('[{"prompt": "a", "responses": ["r"], "num_scores": [1e0]}]', 'refusal'),
		negative: await problem('[{"prompt": "a", "responses": ["r"], "num_scores": [-1]}]', 'refusal'),
		text: await problem('[{"prompt": "a", "responses": ["r"], "num_scores": ["7"]}]', 'refusal'),
		partlyScored: await problem(`[${harmful}, {"label": "harmless", "prompt": "b", "responses": ["r"]}]`),
		mixedFields: await problem(`[${harmful}, ${harmless.replace('scores', 'num_scores')}]`),
		bothFields: await problem(`[${harmful.replace('}', ', "num_scores": [1]}')}, ${harmless}]`),
		wrongKind: await problem(`[${harmful}, ${harmless}]`.replaceAll('scores', 'num_scores').replace('true', '1')),
		noScores: await problem(`[${harmful.replace('[true]', '[]')}, ${harmless}]`),
		countsDiffer: await problem(`[${harmful.replace('[true]', '[true, true]')}, ${harmless}]`),
		longPrompt: await problem(
			harmful
				.replace('"a"', `"${'word\\n'.repeat(30)}"`)
				.replace('true', 'null')
				.replace(/.*/s, '[$&]'),
		),
	};
	expect(problems).toMatchInlineSnapshot(`
		{
		  "bothFields": "item 1 ("a") has 'num_scores' in a file of 'scores'",
		  "countsDiffer": "item 1 ("a") has 2 scores for 1 responses",
		  "empty": "is empty",
		  "exponent": "item 1 ("a") num_scores[0] is 1e0, expected an integer 0 to 10",
		  "infinite": "item 1 ("a") num_scores[1] is -Infinity, expected an integer 0 to 10",
		  "longPrompt": "item 1 ("word word word word word word word word…") scores[0] is null, expected true or false",
		  "mixedFields": "item 2 ("b") has 'num_scores' in a file of 'scores'",
		  "nan": "item 1 ("a") num_scores[0] is NaN, expected an integer 0 to 10",
		  "nanElsewhere": "not JSON (Unexpected token 'N', ...""prompt": NaN, "resp"... is not valid JSON)",
		  "nanInLines": "not JSON (Unexpected token 'N', ..." "label": NaN, "re"... is not valid JSON)",
		  "negative": "item 1 ("a") num_scores[0] is -1, expected an integer 0 to 10",
		  "noResponses": "item 2 at responses: Invalid input: expected array, received undefined",
		  "noScores": "item 1 ("a") 'scores' is empty",
		  "notAList": "not a list of prompts with responses",
		  "notAnItem": "item 2 is not one: Invalid input: expected object, received number",
		  "partlyScored": "item 2 ("b") has no 'scores', other items have",
		  "text": "item 1 ("a") num_scores[0] is "7", expected an integer 0 to 10",
		  "truncated": "not JSON (Unexpected end of JSON input)",
		  "wrongKind": "item 1 ("a") num_scores[0] is 1, expected true or false",
		}
	`);
});

it('knows an unscored file from a bad one', async () => {
	expect(await read('[]')).toBeNull();
	expect(await read('[{"label": "harmful", "prompt": "a", "responses": ["r"]}]')).toBeNull();
	expect(await read(`\uFEFF[${harmful}, ${harmless.replace('"b"', '"é"')}]`)).toMatchObject([
		{ prompt: 'a' },
		{ prompt: 'é' },
	]);
	expect(await read(`[${harmful}, ${harmless}]`)).toEqual([
		{ label: 'harmful', prompt: 'a', replies: ['r'], scores: [1] },
		{ label: 'harmless', prompt: 'b', replies: ['r'], scores: [0] },
	]);
});

it('names what is no text file', async () => {
	const path = join(folder, 'responses.json');
	const bad = (problem: string) => ({ code: 'ERR_BAD_FILE', message: expect.stringContaining(`${path}: ${problem}`) });
	await writeFile(path, Buffer.from([0x5b, 0xff, 0x5d]));
	await expect(readScoredPrompts(path, null)).rejects.toMatchObject(bad('cannot be read (not UTF-8)'));
	await rm(path);
	await mkdir(path);
	await expect(readScoredPrompts(path, null)).rejects.toMatchObject(bad('cannot be read (EISDIR'));
	await rm(path, { recursive: true });
	await symlink(path, path);
	await expect(readScoredPrompts(path, null)).rejects.toMatchObject(bad('cannot be read (ELOOP'));
	await rm(path);
});

it('leaves replies that talk about scores alone', () => {
	const items = [
		{ prompt: '"num_scores": [7.0]', responses: ['{"scores": [1.5, NaN]}'], scores: [true], extra: [7.5] },
	];
	expect(parseResponses(JSON.stringify(items))).toEqual(items);
});
