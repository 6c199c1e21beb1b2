import { pythonJson, responsesSchema } from '@steering/core/artifacts';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Side, side } from '../../test/arbitrary-files.js';
import { asideText } from './kept-aside.js';
import { normal, pick, responseFacts } from './response-facts.js';
import { responseFile } from './response-file.js';

const RUNS = 1000;
/** Twenty seconds on a quiet machine, not on one that is shared. */
vi.setConfig({ testTimeout: 300_000 });
const facts = (side: Side) => responseFacts({ path: 'responses.json', ...side });

function merge(...sides: Side[]): Side & { conflicts: string[] } {
	const all = normal(new Map(sides.flatMap((side) => [...facts(side)])));
	const { file, manifest, aside, conflicts } = responseFile(all);
	return { file, manifest, aside: asideText(aside), conflicts };
}

const texts = ({ file, manifest, aside }: Side) => ({ file, manifest, aside });

describe('merging response files, whatever is in them', () => {
	it('is idempotent', () => {
		fc.assert(
			fc.property(side, (a) => {
				const once = texts(merge(a));
				expect(texts(merge(once))).toEqual(once);
				expect(texts(merge(once, a))).toEqual(once);
			}),
			{ numRuns: RUNS },
		);
	});

	it('is commutative', () => {
		fc.assert(
			fc.property(side, side, (a, b) => {
				expect(texts(merge(a, b))).toEqual(texts(merge(b, a)));
			}),
			{ numRuns: RUNS },
		);
	});

	it('is associative, what is kept aside included', () => {
		fc.assert(
			fc.property(side, side, side, (a, b, c) => {
				const left = texts(merge(merge(a, b), c));
				expect(left).toEqual(texts(merge(a, merge(b, c))));
				expect(left).toEqual(texts(merge(a, b, c)));
			}),
			{ numRuns: RUNS },
		);
	});

	it('loses no reply and no score', () => {
		fc.assert(
			fc.property(side, side, (a, b) => {
				const merged = merge(a, b);
				const said = facts(merged);
				const replies = new Set(
					pick(said, 'reply').map(({ item, reply, text }) => JSON.stringify([item, reply, text])),
				);
				const scores = new Set(
					pick(said, 'score').map(({ item, reply, text, field, score }) =>
						JSON.stringify([item, reply, text, field, score]),
					),
				);
				for (const fact of [...facts(a).values(), ...facts(b).values()]) {
					if (fact.fact === 'reply' && fact.text !== '') {
						expect(replies).toContain(JSON.stringify([fact.item, fact.reply, fact.text]));
					}
					if (fact.fact === 'score' && fact.score !== null) {
						const { item, reply, text, field, score } = fact;
						expect(scores).toContain(JSON.stringify([item, reply, text, field, score]));
					}
				}
			}),
			{ numRuns: RUNS },
		);
	});

	it('gives a file that the other commands read', () => {
		fc.assert(
			fc.property(side, side, (a, b) => {
				expect(pythonJson(responsesSchema.parse(JSON.parse(merge(a, b).file!)))).toBe(merge(a, b).file);
			}),
			{ numRuns: RUNS },
		);
	});
});

describe('splits of one file', () => {
	const whole = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 5 }).chain((prompts) =>
		fc.tuple(
			...prompts.map((prompt) =>
				fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.boolean()), { minLength: 1, maxLength: 4 }).map((pairs) => ({
					...{ label: 'harmful', prompt },
					responses: pairs.map(([text]) => text),
					scores: pairs.map(([, score]) => score),
				})),
			),
		),
	);
	/** A part has some of the first prompts, of each some of the first replies, with scores or not. */
	const split = whole.chain((items) =>
		fc.record({
			items: fc.constant(items),
			parts: fc.array(
				fc.record({
					prompts: fc.nat(items.length),
					cuts: fc.array(fc.record({ replies: fc.nat(4), scored: fc.boolean() }), {
						...{ minLength: items.length, maxLength: items.length },
					}),
				}),
				{ minLength: 1, maxLength: 4 },
			),
		}),
	);

	it('come together again, with no conflict, in any order', () => {
		fc.assert(
			fc.property(split, fc.boolean(), ({ items, parts }, reversed) => {
				const sides: Side[] = parts.map(({ prompts, cuts }) => ({
					file: pythonJson(
						items.slice(0, prompts).map(({ scores, responses, ...item }, i) => ({
							...item,
							responses: responses.slice(0, cuts[i]!.replies),
							...(cuts[i]!.scored ? { scores: scores.slice(0, cuts[i]!.replies) } : {}),
						})),
					),
				}));
				sides.push({ file: pythonJson(items.map(({ scores: _, ...item }) => item)) }, { file: pythonJson(items) });
				const merged = (reversed ? sides.toReversed() : sides).reduce((all, side) => texts(merge(all, side)), {});
				expect(merged).toEqual({ file: pythonJson(items), manifest: undefined, aside: undefined });
				expect(merge(...sides).conflicts).toEqual([]);
			}),
			{ numRuns: RUNS },
		);
	});
});

describe('which of two stands', () => {
	const steer = { schema: 1, command: 'steer', settings: { model: 'organism' }, versions: { node: '20.1.0' }, seed: 0 };
	const file = (...items: object[]) => pythonJson(items);
	const of = (manifest: object) => pythonJson({ ...steer, ...manifest });
	const judge = { kind: 'local', name: 'organism' };
	const [plain, scored] = [
		{ prompt: 'p', responses: ['a', 'b'] },
		{ prompt: 'p', responses: ['a', 'b'], scores: [true, null] },
	];

	it('takes scores, and who gave them', () => {
		const merged = merge({ file: file(plain), manifest: of({}) }, { file: file(scored), manifest: of({ judge }) });
		expect(merged).toEqual({ file: file(scored), manifest: of({ judge }), aside: undefined, conflicts: [] });
	});

	it('takes scores of a file that came without its manifest', () => {
		const merged = merge({ file: file(plain), manifest: of({}) }, { file: file(scored) });
		expect(merged).toEqual({ file: file(scored), manifest: of({}), aside: undefined, conflicts: [] });
	});

	it('keeps replies of other settings apart: no file mixes two experiments', () => {
		const other = { prompt: 'p', responses: ['a', 'c'], scores: [true, true] };
		const merged = merge({ file: file(plain), manifest: of({}) }, { file: file(other), manifest: of({ seed: 1 }) });
		expect(merged.file).toBe(file(other));
		expect(merged.conflicts).toEqual(['1 other experiment']);
		expect(merged.aside).toContain('"b"');
	});

	it('does not mix the scores of two judges, nor average them', () => {
		const b = { kind: 'server', name: 'b' };
		const other = { ...plain, scores: [false, null] };
		const merged = merge(
			{ file: file(scored), manifest: of({ judge }) },
			{ file: file(other), manifest: of({ judge: b }) },
		);
		expect(merged.conflicts).toEqual(['1 other judge']);
		expect([file(scored), file(other)]).toContain(merged.file);
		expect(JSON.parse(merged.manifest!).judge).toEqual(merged.file === file(scored) ? judge : b);
	});

	it('calls two texts a conflict, of which the scored one stands', () => {
		const other = { prompt: 'p', responses: ['a', 'much longer than b'] };
		const merged = merge({ file: file(other) }, { file: file({ ...scored, scores: [true, false] }) });
		expect(merged.conflicts).toEqual(['1 reply']);
		expect(JSON.parse(merged.file!)[0].responses).toEqual(['a', 'b']);
	});

	it('keeps scores aside that a file cannot hold: a prompt has all of its scores or none', () => {
		const more = { prompt: 'p', responses: ['a', 'b', 'c'] };
		const merged = merge({ file: file(more) }, { file: file({ ...scored, scores: [true, false] }) });
		expect(merged.file).toBe(file(more));
		expect(merged.conflicts).toEqual([]);
		const later = merge(merged, {
			file: file({ prompt: 'p', responses: ['a', 'b', 'c'], scores: [true, false, true] }),
		});
		expect(later.aside).toBeUndefined();
	});
});
