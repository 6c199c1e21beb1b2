import { pythonJson, type ResponseInput, responsesSchema } from '@steering/core/artifacts';
import { best, canonical, compare, group, sha256 } from './canonical.js';
import { type Facts, without } from './kept-aside.js';
import {
	type FactOf,
	factsOf,
	type ItemKey,
	pick,
	type ResponseFact,
	SCORE_FIELDS,
	unitedList,
} from './response-facts.js';

export interface MergedTexts {
	file?: string | undefined;
	manifest?: string | undefined;
	/** Of what the file does not say. */
	aside: Facts<ResponseFact>;
	/** What two sources say differently, in words. */
	conflicts: string[];
}

type Replies = Map<string, FactOf<'reply'>[]>;
type Scores = Map<string, FactOf<'score'>[]>;

/** The file that stands for all facts: one experiment's replies, one judge's scores. A function of the set alone. */
export function responseFile(facts: Facts<ResponseFact>): MergedTexts {
	const scores = group(pick(facts, 'score'), textOf);
	const experiments = [...new Set(pick(facts, 'prompts').map(({ of }) => of))];
	const candidates = experiments.map((of) => new Experiment(facts, scores, of));
	const chosen = best(candidates, (a, b) => b.scored - a.scored || b.count - a.count || latest(a.of, b.of));
	if (chosen === undefined) return { aside: facts, conflicts: [] };
	const judge = judgeOf(chosen);
	const items = responsesSchema.parse(chosen.items(judge));
	const manifest = chosen.manifest(judge);
	const said = new Map(factsOf(items, manifest as never).map((fact) => [canonical(fact), fact]));
	if (pick(facts, 'prompts').filter(({ of }) => of === chosen.of).length > 1) {
		for (const [key, { fact }] of said) if (fact === 'prompts') said.delete(key);
	}
	return {
		file: pythonJson(items),
		manifest: manifest && pythonJson(manifest),
		aside: without(facts, said),
		conflicts: [
			...count(experiments.length - 1, 'other experiment', 'other experiments'),
			...count(chosen.judges().length - 1, 'other judge', 'other judges'),
			...count(chosen.conflictingReplies(), 'reply', 'replies'),
			...count(conflictingScores(facts), 'score', 'scores'),
		],
	};
}

/** Known before unknown (''), else any fixed order. */
const latest = (a: string, b: string) => compare(b, a);
const slotOf = ({ item, reply }: FactOf<'reply' | 'score'>) => canonical([item, reply]);
const textOf = ({ item, reply, text }: FactOf<'reply' | 'score'>) => canonical([item, reply, text]);

/** The replies that were made in one way. */
class Experiment {
	readonly of: string;
	readonly #facts: Facts<ResponseFact>;
	readonly #scores: Scores;
	readonly #keys: ItemKey[];
	readonly #slots: Replies;
	readonly chosen: Map<string, FactOf<'reply'>>;

	constructor(facts: Facts<ResponseFact>, scores: Scores, of: string) {
		this.of = of;
		this.#facts = facts;
		this.#scores = scores;
		this.#keys = unitedList(facts, of);
		// Of replies of unknown origin those were left out that are a known experiment's too: here they count again.
		const own = pick(facts, 'reply').filter((fact) => fact.of === of || of === '');
		const keys = new Set(this.#keys.map(canonical));
		this.#slots = group(
			own.filter(({ item }) => keys.has(canonical(item))),
			slotOf,
		);
		this.chosen = new Map([...this.#slots].map(([slot, replies]) => [slot, this.#choose(replies)]));
	}

	get count(): number {
		return this.chosen.size;
	}

	get scored(): number {
		return [...this.chosen.values()].filter((reply) => this.#scores.has(textOf(reply))).length;
	}

	#choose(replies: readonly FactOf<'reply'>[]): FactOf<'reply'> {
		const isScored = (reply: FactOf<'reply'>) => Number(this.#scores.has(textOf(reply)));
		return best(
			replies,
			(a, b) =>
				isScored(b) - isScored(a) ||
				b.text.length - a.text.length ||
				compare(sha256(a.text), sha256(b.text)) ||
				latest(a.of, b.of),
		)!;
	}

	/** Scores of the chosen replies. */
	scores(): FactOf<'score'>[] {
		return [...this.chosen.values()].flatMap((reply) => this.#scores.get(textOf(reply)) ?? []);
	}

	judges(): string[] {
		return [...new Set(this.scores().map(({ judge }) => judge))];
	}

	/** Replies that the file does not have, though they are this experiment's or may be. */
	conflictingReplies(): number {
		const own = pick(this.#facts, 'reply').filter(({ of, text }) => text !== '' && (of === this.of || of === ''));
		const lost = own.filter((reply) => this.chosen.get(slotOf(reply))?.text !== reply.text);
		return new Set(lost.map(slotOf)).size;
	}

	items(judge: string): ResponseInput[] {
		const known = group(
			this.scores().filter((fact) => fact.judge === judge),
			(fact) => canonical([textOf(fact), fact.field]),
		);
		const scoreOf = (reply: FactOf<'reply'>, field: string) => unbiased(known.get(canonical([textOf(reply), field])));
		const items = this.#keys.map((item) => {
			const replies: FactOf<'reply'>[] = [];
			for (let next = this.#at(item, 0); next; next = this.#at(item, replies.length)) replies.push(next);
			const own = SCORE_FIELDS.map((field) => [field, replies.map((reply) => scoreOf(reply, field))] as const);
			// A file's prompt has the scores of all its replies or none: fewer are kept aside.
			const complete = own.filter(([, scores]) => scores.length > 0 && scores.every((score) => score !== undefined));
			return { item, responses: replies.map(({ text }) => text), scores: Object.fromEntries(complete) };
		});
		const fields = SCORE_FIELDS.filter((field) => items.some(({ scores }) => field in scores));
		const none = Object.fromEntries(fields.map((field) => [field, []]));
		return items.map(({ item, responses, scores }) => ({
			...(item[0] === null ? {} : { label: item[0] }),
			...{ prompt: item[1], responses },
			...(responses.length === 0 ? none : scores),
			...this.#extra(item),
		})) as ResponseInput[];
	}

	#at(item: ItemKey, reply: number): FactOf<'reply'> | undefined {
		return this.chosen.get(canonical([item, reply]));
	}

	#extra(item: ItemKey): Record<string, unknown> {
		const own = pick(this.#facts, 'key').filter(
			(fact) => (fact.of === this.of || this.of === '') && canonical(fact.item) === canonical(item),
		);
		const named = [...group(own, ({ key }) => key)].sort(([a], [b]) => compare(a, b));
		const first = (facts: FactOf<'key'>[]) => best(facts, (a, b) => compare(canonical(b), canonical(a)))!;
		return Object.fromEntries(named.map(([key, facts]) => [key, first(facts).value]));
	}

	manifest(judge: string): Record<string, unknown> | undefined {
		const base = pick(this.#facts, 'manifest').find(({ of }) => of === this.of)?.manifest;
		const versions = pick(this.#facts, 'versions').find(({ of }) => of === this.of)?.versions;
		if (!base) return undefined;
		const { schema, command, settings, model, ...rest } = base;
		const known = { schema, command, settings, ...(model === undefined ? {} : { model }), versions };
		return { ...known, ...rest, ...(judge === '' ? {} : { judge: JSON.parse(judge) }) };
	}
}

/** Whose scores the file holds: the judge's with most of them. Two judges' scores do not mix. */
function judgeOf(chosen: Experiment): string {
	const judges = [...group(chosen.scores(), ({ judge }) => judge)];
	const first = best(judges, ([a, own], [b, others]) => others.length - own.length || latest(a, b));
	return first?.[0] ?? '';
}

/** Of several scores of one reply any, but not the highest: a mean over such choices must not drift. */
function unbiased(facts: readonly FactOf<'score'>[] | undefined): FactOf<'score'>['score'] | undefined {
	return best(facts ?? [], (a, b) => compare(sha256(canonical(a)), sha256(canonical(b))))?.score;
}

function conflictingScores(facts: Facts<ResponseFact>): number {
	const same = group(pick(facts, 'score'), (fact) => canonical([fact.judge, textOf(fact), fact.field]));
	return [...same.values()].filter((scores) => scores.length > 1).length;
}

function count(number: number, one: string, many: string): string[] {
	return number > 0 ? [`${number} ${number === 1 ? one : many}`] : [];
}
