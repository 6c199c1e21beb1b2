import type { Tensor } from 'onnxruntime-node';
import type { Intervention } from '../../interventions/index.js';
import { type CachedRow, cachedRows, newCacheOutputs } from '../cached-row.js';
import type { DecoderSession } from '../decoder-session.js';
import { createCache } from '../kv-cache.js';
import { type NextLogits, nextLogits, nextLogitsOutputs, runToNext } from '../next-logits.js';
import { runTokens } from '../run-tokens.js';

/** A prompt and what is done to its activations. Prompts that are the same array share what they can. */
export interface Prompt {
	ids: readonly number[];
	interventions: readonly Intervention[];
}

/** The beginning of a prompt, or all of it. */
interface Beginning extends Prompt {
	/** Tokens of the whole prompt, for `toks`. */
	promptLength: number;
}

/** A prompt that has been read: any number of rows start from it. */
export interface ReadPrompt {
	/** Its keys and values. */
	row: CachedRow;
	/** What follows it, and which row of that is its own. */
	next: NextLogits;
	at: number;
}

export interface ReadOptions {
	/** How many of the largest logits are read; undefined: all. */
	count: number | undefined;
	/** Whether each product is of two rows at least: a lone one is computed by another kernel, which rounds differently. */
	neverAlone: boolean;
}

/**
 * Reads prompts in one run, or two. Where several carry the same tokens, the layers below the first intervention see them once; where
 * interventions act on the reply alone (`toks: after`), all layers do, up to the last token. How a prompt is read depends on nothing
 * but itself.
 */
export async function readPrompts(
	session: DecoderSession,
	prompts: readonly Prompt[],
	options: ReadOptions,
): Promise<ReadPrompt[]> {
	const read = new Map<Prompt, ReadPrompt>();
	const [late, whole] = [prompts.filter(actsLate), prompts.filter((prompt) => !actsLate(prompt))];
	for (const [i, made] of (await readWhole(session, whole, options)).entries()) read.set(whole[i]!, made);
	for (const [i, made] of (await readLate(session, late, options)).entries()) read.set(late[i]!, made);
	return prompts.map((prompt) => read.get(prompt)!);
}

function actsLate({ ids, interventions }: Prompt): boolean {
	return ids.length > 1 && interventions.length > 0 && interventions.every(({ toks }) => toks === 'after');
}

async function readWhole(session: DecoderSession, prompts: readonly Prompt[], options: ReadOptions) {
	if (prompts.length === 0) return [];
	const all = prompts.map((prompt) => ({ ...prompt, promptLength: prompt.ids.length }));
	const { rows, outputs } = await run(session, all, options);
	const next = nextLogits(outputs, options.count);
	return prompts.map((_, at): ReadPrompt => ({ row: rows[at]!, next, at }));
}

/** The tokens before the last are the same for all interventions; the last one is a step of the batch, as those of the reply are. */
async function readLate(session: DecoderSession, prompts: readonly Prompt[], options: ReadOptions) {
	if (prompts.length === 0) return [];
	const texts = [...new Map(prompts.map((prompt) => [prompt.ids, prompt])).values()];
	const beginnings = texts.map(({ ids, interventions }) => ({
		ids: ids.slice(0, -1),
		interventions,
		promptLength: ids.length,
	}));
	const { rows } = await run(session, beginnings, { ...options, count: 1 });
	const stepped = options.neverAlone && prompts.length === 1 ? [prompts[0]!, prompts[0]!] : prompts;
	const cache = createCache(session.cache, 0, Math.max(...prompts.map(({ ids }) => ids.length)));
	cache.append(stepped.map(({ ids }) => rows[texts.findIndex((text) => text.ids === ids)]!));
	const step = {
		tokens: stepped.map(({ ids }) => [ids.at(-1)!]),
		cache,
		interventions: session.feedsFor(stepped.map(({ interventions }) => interventions)),
		promptLengths: stepped.map(({ ids }) => ids.length),
	};
	const next = await runToNext(session, step, options.count);
	return prompts.map(({ ids }, at): ReadPrompt => ({ row: cache.read(at, ids.length), next, at }));
}

/** One run from nothing. */
async function run(
	session: DecoderSession,
	prompts: readonly Beginning[],
	{ count, neverAlone }: ReadOptions,
): Promise<{ rows: CachedRow[]; outputs: Record<string, Tensor> }> {
	const read = neverAlone ? withCompany(prompts) : prompts;
	const tokens = [...new Set(read.map(({ ids }) => ids))];
	const source = read.map(({ ids }) => tokens.indexOf(ids));
	const lengths = read.map(({ ids }) => ids.length);
	const last = lengths[0]! - 1;
	const outputs = await runTokens(session, {
		tokens,
		source,
		interventions: session.feedsFor(read.map(({ interventions }) => interventions)),
		promptLengths: read.map(({ promptLength }) => promptLength),
		// So that the head of a lone prompt has company, too.
		readout: neverAlone && read.length === 1 ? [[last, last]] : 'last',
		top: count,
		outputs: [...newCacheOutputs(session.cache), ...nextLogitsOutputs(count)],
	});
	return { rows: cachedRows(session, outputs, source, lengths), outputs };
}

/** A lone prompt of a single token is a product of one row in every layer. */
function withCompany(prompts: readonly Beginning[]): readonly Beginning[] {
	const [first, second] = prompts;
	return second || first!.ids.length > 1 ? prompts : [first!, { ...first!, ids: [...first!.ids] }];
}
