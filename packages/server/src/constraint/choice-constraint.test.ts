import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ChoiceConstraint } from './choice-constraint.js';

const END = 99;
const answers = fc.uniqueArray(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }), {
	minLength: 1,
	maxLength: 6,
	selector: (answer) => answer.join(),
});

/** All replies that a walk can write. */
function walks(make: () => ChoiceConstraint, path: number[] = []): number[][] {
	const constraint = make();
	for (const id of path) constraint.advance(id);
	if (constraint.finished) return [path];
	return constraint.allowed().flatMap((id) => (id === END ? [path] : walks(make, [...path, id])));
}

it('lets exactly the answers through', () => {
	fc.assert(
		fc.property(answers, (each) => {
			const written = walks(() => new ChoiceConstraint(each, [END]));
			expect(written.map(String).sort()).toEqual(each.map(String).sort());
		}),
	);
});

it('tells what is certain, up to the end, and only then', () => {
	fc.assert(
		fc.property(answers, (each) => {
			for (const answer of each) {
				const constraint = new ChoiceConstraint(each, [END]);
				for (const [i, id] of answer.entries()) {
					const ways = walks(() => new ChoiceConstraint(each, [END])).filter((way) =>
						answer.slice(0, i).every((token, at) => way[at] === token),
					);
					if (i > 0) expect(constraint.forced()).toEqual(ways.length === 1 ? answer.slice(i) : undefined);
					constraint.advance(id);
				}
			}
		}),
	);
});
