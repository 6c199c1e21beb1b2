import { type Manifest, manifestSchema, type ResponseItem, responsesSchema } from '@steering/core/artifacts';
import { z } from 'zod';
import { best, canonical, compare, group, sha256 } from './canonical.js';
import { type Facts, factSet, parsed, readAside } from './kept-aside.js';

export const SCORE_FIELDS = ['scores', 'num_scores', 'expected_scores'] as const;
const KNOWN: readonly string[] = ['label', 'prompt', 'responses', ...SCORE_FIELDS];

/** A prompt in a list: its label, its text, and how many of the same come before it. */
const keySchema = z.tuple([z.enum(['harmful', 'harmless']).nullable(), z.string(), z.int().min(0)]);
export type ItemKey = z.output<typeof keySchema>;

/**
 * What a response file says. `of` is the experiment: a hash of what made the replies, '' where no manifest tells. `judge` is
 * the manifest's, as JSON, '' where none is known.
 */
export const responseFactSchema = z.discriminatedUnion('fact', [
	z.strictObject({ fact: z.literal('prompts'), of: z.string(), list: z.array(keySchema) }),
	z.strictObject({
		...{ fact: z.literal('reply'), of: z.string(), item: keySchema, reply: z.int().min(0), text: z.string() },
	}),
	z.strictObject({
		...{ fact: z.literal('score'), judge: z.string(), item: keySchema, reply: z.int().min(0), text: z.string() },
		...{ field: z.enum(SCORE_FIELDS), score: z.union([z.boolean(), z.number(), z.null()]) },
	}),
	z.strictObject({ fact: z.literal('key'), of: z.string(), item: keySchema, key: z.string(), value: z.json() }),
	z.strictObject({ fact: z.literal('manifest'), of: z.string(), manifest: z.record(z.string(), z.json()) }),
	z.strictObject({ fact: z.literal('versions'), of: z.string(), versions: z.record(z.string(), z.string()) }),
]);
export type ResponseFact = z.output<typeof responseFactSchema>;
export type FactOf<K extends ResponseFact['fact']> = Extract<ResponseFact, { fact: K }>;

export interface ResponseTexts {
	path: string;
	file?: string | undefined;
	manifest?: string | undefined;
	aside?: string | undefined;
}

/** @throws SteeringError ERR_BAD_FILE naming the file */
export function responseFacts({ path, file, manifest, aside }: ResponseTexts): Facts<ResponseFact> {
	const kept = aside === undefined ? new Map() : readAside(`${path} kept aside`, aside, responseFactSchema);
	const made = manifest === undefined ? undefined : parsed(`${path}.manifest.json`, manifest, manifestSchema);
	if (file === undefined) return normal(kept);
	const own = factSet(factsOf(parsed(path, file, responsesSchema), made));
	return normal(new Map([...kept, ...withoutUnitedList(own, kept)]));
}

/** A list that was put together from several, which are kept aside, is no list of its own. */
function withoutUnitedList(own: Facts<ResponseFact>, kept: Facts<ResponseFact>): Facts<ResponseFact> {
	const isUnited = (fact: ResponseFact) =>
		fact.fact === 'prompts' &&
		pick(kept, 'prompts').some(({ of }) => of === fact.of) &&
		canonical(unitedList(kept, fact.of)) === canonical(fact.list);
	return new Map([...own].filter(([, fact]) => !isUnited(fact)));
}

export function pick<K extends ResponseFact['fact']>(facts: Facts<ResponseFact>, kind: K): FactOf<K>[] {
	return [...facts.values()].filter((fact): fact is FactOf<K> => fact.fact === kind);
}

/** The prompts of an experiment: the longest list, then what only the others have. */
export function unitedList(facts: Facts<ResponseFact>, of: string): ItemKey[] {
	const lists = pick(facts, 'prompts').filter((fact) => fact.of === of);
	lists.sort((a, b) => b.list.length - a.list.length || compare(canonical(a), canonical(b)));
	return [...new Map(lists.flatMap(({ list }) => list.map((key) => [canonical(key), key] as const))).values()];
}

export function factsOf(items: readonly ResponseItem[], manifest?: Manifest): ResponseFact[] {
	const { judge, versions, ...made }: Partial<Manifest> = manifest ?? {};
	// eval describes replies whose maker it does not know.
	const of = manifest === undefined || manifest.command === 'eval' ? '' : sha256(canonical(made)).slice(0, 32);
	const by = judge === undefined ? '' : JSON.stringify(judge);
	const list = keysOf(items);
	const facts: ResponseFact[] = [{ fact: 'prompts', of, list }];
	if (manifest) facts.push({ fact: 'manifest', of, manifest: made } as ResponseFact);
	if (versions) facts.push({ fact: 'versions', of, versions } as ResponseFact);
	for (const [i, each] of items.entries()) facts.push(...itemFacts(each, list[i]!, of, by));
	return facts;
}

function keysOf(items: readonly ResponseItem[]): ItemKey[] {
	const seen = new Map<string, number>();
	return items.map(({ label = null, prompt }) => {
		const key = canonical([label, prompt]);
		const before = seen.get(key) ?? 0;
		seen.set(key, before + 1);
		return [label, prompt, before];
	});
}

function* itemFacts(each: ResponseItem, item: ItemKey, of: string, judge: string): Iterable<ResponseFact> {
	for (const [reply, text] of each.responses.entries()) {
		yield { fact: 'reply', of, item, reply, text };
		for (const field of SCORE_FIELDS) {
			const score = each[field]?.[reply];
			if (score !== undefined) yield { fact: 'score', judge, item, reply, text, field, score };
		}
	}
	for (const [key, value] of Object.entries(each)) {
		if (!KNOWN.includes(key)) yield { fact: 'key', of, item, key, value } as ResponseFact;
	}
}

/**
 * Without what is dominated: an empty reply by a text, a score of null by a score, what an unknown experiment or judge says by
 * the same of a known one, a list of prompts by one that contains it. Each rule goes by what cannot disappear again, so that the
 * order of merges does not matter.
 */
export function normal(facts: Facts<ResponseFact>): Facts<ResponseFact> {
	const slots = group(pick(facts, 'reply'), ({ item, reply }) => canonical([item, reply]));
	const scores = group(pick(facts, 'score'), ({ item, reply, text, field }) => canonical([item, reply, text, field]));
	const keys = group(pick(facts, 'key'), ({ item, key, value }) => canonical([item, key, value]));
	const lists = pick(facts, 'prompts');
	const isKnown = [...facts.values()].some((fact) => 'of' in fact && fact.of !== '');
	const isDominated = (fact: ResponseFact): boolean => {
		switch (fact.fact) {
			case 'reply':
				return isReplyDominated(fact, slots.get(canonical([fact.item, fact.reply]))!);
			case 'score':
				return isScoreDominated(fact, scores.get(canonical([fact.item, fact.reply, fact.text, fact.field]))!);
			case 'key':
				return fact.of === '' && keys.get(canonical([fact.item, fact.key, fact.value]))!.some(({ of }) => of !== '');
			case 'prompts':
				return lists.some((other) => other !== fact && isWithin(fact, other));
			case 'manifest':
			case 'versions':
				return (fact.of === '' && isKnown) || !isLatest(fact, facts);
		}
	};
	return new Map([...facts].filter(([, fact]) => !isDominated(fact)));
}

function isReplyDominated({ of, text }: FactOf<'reply'>, all: readonly FactOf<'reply'>[]): boolean {
	if (text === '' && all.some((other) => other.text !== '' && other.of === of)) return true;
	return of === '' && all.some((other) => other.of !== '' && (text === '' || other.text === text));
}

function isScoreDominated({ judge, score }: FactOf<'score'>, all: readonly FactOf<'score'>[]): boolean {
	if (score === null && all.some((other) => other.score !== null && other.judge === judge)) return true;
	return judge === '' && all.some((other) => other.judge !== '' && (score === null || other.score === score));
}

function isWithin({ of, list }: FactOf<'prompts'>, other: FactOf<'prompts'>): boolean {
	if (of !== other.of && of !== '') return false;
	let found = 0;
	for (const key of other.list) if (found < list.length && canonical(key) === canonical(list[found])) found++;
	return found === list.length && (of !== other.of || list.length < other.list.length);
}

/** Versions tell nothing that anything depends on: one of several is enough. So is one description of unknown replies. */
function isLatest(fact: FactOf<'manifest' | 'versions'>, facts: Facts<ResponseFact>): boolean {
	const same = pick(facts, fact.fact).filter(({ of }) => of === fact.of);
	return best(same, (a, b) => compare(canonical(b), canonical(a))) === fact;
}
