import { isAscii, isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { SteeringError } from '@steering/core/errors';
import { z } from 'zod';
import { isQuotedFloat, parseResponses } from './python-json.js';

export type Label = 'harmful' | 'harmless';

/** One prompt at one multiplier; `scores` are numbers, a refusal counting 1. */
export interface ScoredPrompt {
	prompt: string;
	label?: Label;
	replies: string[];
	/** One for each reply. */
	scores: number[];
}

const itemSchema = z.object({
	prompt: z.string(),
	label: z.unknown().optional(),
	responses: z.array(z.string()),
	scores: z.array(z.unknown()).optional(),
	num_scores: z.array(z.unknown()).optional(),
});
type Item = z.infer<typeof itemSchema>;

const yesNo = z.boolean();
/** A boolean is a Python int, so the reference takes it for a judge's number; a float it does not (SPEC 2.10). */
const judged = z.union([z.boolean(), z.int().min(0).max(10)]);

/**
 * Reads one response file and checks it as strictly as the reference does before it plots: without a behavior every
 * prompt is labelled and scored true or false, with one no prompt is labelled and scores are integers 0..10.
 * @returns null when the file is sound and not scored
 * @throws {SteeringError} ERR_BAD_FILE naming the file and the item
 */
export async function readScoredPrompts(path: string, behavior: string | null): Promise<ScoredPrompt[] | null> {
	const items = parseItems(path, await readText(path));
	if (items.every((item) => !item.scores && !item.num_scores)) return null;
	const field = items.some((item) => item.scores) ? 'scores' : 'num_scores';
	const prompts = items.map((item, index) => {
		const problem = problemOf(item, field, behavior);
		if (problem) throw badItem(path, index, item.prompt, problem);
		return toScoredPrompt(item, item[field] as (boolean | number)[]);
	});
	for (const label of behavior === null ? (['harmful', 'harmless'] as const) : []) {
		if (!prompts.some((prompt) => prompt.label === label)) throw badFile(path, `no prompt is labelled '${label}'`);
	}
	return prompts;
}

async function readText(path: string): Promise<string> {
	try {
		const bytes = await readFile(path);
		// Checked, then decoded: a fatal TextDecoder takes as long as parsing the text does.
		if (!isUtf8(bytes)) throw new Error('not UTF-8');
		return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8').replace(/^\uFEFF/, '');
	} catch (cause) {
		throw badFile(path, `cannot be read (${(cause as Error).message})`, cause);
	}
}

function parseItems(path: string, text: string): Item[] {
	if (text.trim() === '') throw damaged(path, 'is empty');
	let json: unknown;
	try {
		json = parseResponses(text);
	} catch (cause) {
		throw damaged(path, `not JSON (${(cause as Error).message.replace(/\s+/g, ' ')})`, cause);
	}
	const parsed = z.array(itemSchema).safeParse(json);
	if (parsed.success) return parsed.data;
	const {
		path: [index, ...rest],
		message,
	} = parsed.error.issues[0]!;
	if (index === undefined) throw damaged(path, 'not a list of prompts with responses', parsed.error);
	throw badItem(
		path,
		Number(index),
		undefined,
		`${rest.length > 0 ? `at ${rest.join('.')}` : 'is not one'}: ${message}`,
	);
}

function problemOf(item: Item, field: 'scores' | 'num_scores', behavior: string | null): string | undefined {
	const other = field === 'scores' ? 'num_scores' : 'scores';
	if (item[other]) return `has '${other}' in a file of '${field}'`;
	const scores = item[field];
	if (!scores) return `has no '${field}', other items have`;
	if (behavior === null && item.label === undefined) return "has no label, expected 'harmful' or 'harmless'";
	if (behavior === null && item.label !== 'harmful' && item.label !== 'harmless')
		return `label is ${JSON.stringify(item.label)}, expected 'harmful' or 'harmless'`;
	if (behavior !== null && item.label !== undefined)
		return `label is ${JSON.stringify(item.label)}, expected none with behavior ${behavior}`;
	if (scores.length === 0) return `'${field}' is empty`;
	if (scores.length !== item.responses.length)
		return `has ${scores.length} ${field} for ${item.responses.length} responses`;
	const schema = behavior === null ? yesNo : judged;
	const at = scores.findIndex((score) => !schema.safeParse(score).success);
	if (at === -1) return undefined;
	return `${field}[${at}] is ${shown(scores[at])}, expected ${behavior === null ? 'true or false' : 'an integer 0 to 10'}`;
}

function toScoredPrompt({ prompt, label, responses: replies }: Item, scores: (boolean | number)[]): ScoredPrompt {
	return { prompt, ...(label === undefined ? {} : { label: label as Label }), replies, scores: scores.map(Number) };
}

const shown = (score: unknown) => (isQuotedFloat(score) ? score : JSON.stringify(score));

function badItem(path: string, index: number, prompt: string | undefined, problem: string): SteeringError {
	const words = prompt?.replace(/\s+/g, ' ') ?? '';
	const start = words === '' ? '' : ` ("${words.length > 40 ? `${words.slice(0, 39).trim()}…` : words}")`;
	return badFile(path, `item ${index + 1}${start} ${problem}`);
}

/** A response file that cannot be plotted. */
/** What no scoring can mend. */
const damaged = (path: string, problem: string, cause?: unknown) =>
	badFile(path, problem, cause, 'move it away: `pnpm steer` then makes it again, or `pnpm smartcopy` brings it back');

export function badFile(
	path: string,
	problem: string,
	cause?: unknown,
	hint = 'score it again with `pnpm eval --overwrite`, or move it away',
): SteeringError {
	return new SteeringError('ERR_BAD_FILE', `${path}: ${problem}`, {
		hint,
		...(cause === undefined ? {} : { cause }),
	});
}
