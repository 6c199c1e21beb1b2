import { MEASURE_NAMES, pythonJson } from '@steering/core/artifacts';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { canonical, compare } from './canonical.js';
import { asideText } from './kept-aside.js';
import { type MeasuresTexts, measureFacts, measuresFile, normalMeasures } from './measures-file.js';
import { chosenVariant, normalVariants, type Variant, variant } from './tensor-variants.js';

const RUNS = 1000;
/** Twenty seconds on a quiet machine, not on one that is shared. */
vi.setConfig({ testTimeout: 300_000 });

describe('measures files', () => {
	type Side = Omit<MeasuresTexts, 'path'>;
	const record = fc.record({
		value: fc.constantFrom(0.25, 0.5),
		interval: fc.constant(null),
		n: fc.constantFrom(1, 2),
		unit: fc.constant('prompt'),
		values: fc.constant([]),
		provenance: fc.constant({}),
		versions: fc.record({ node: fc.constantFrom('20.1.0', '22.3.0') }),
	});
	const records = fc.dictionary(fc.constantFrom(...MEASURE_NAMES), record, { maxKeys: 3 });
	const side = fc
		.record({ mult: fc.constantFrom(1, 1, 1, 2), measures: records, random: records })
		.map(({ mult, measures, random }): Side => {
			const baselines = Object.keys(random).length > 0 ? { random } : {};
			return { file: pythonJson({ schema: 1, settings: {}, mult, measures, baselines }) };
		});
	const merge = (...sides: Side[]): Side => {
		const facts = sides.flatMap((each) => [...measureFacts({ path: 'measures.json', ...each })]);
		const { file, aside } = measuresFile(normalMeasures(new Map(facts)));
		return { file, aside: asideText(aside) };
	};

	it('merge the same in any order, once or twice', () => {
		fc.assert(
			fc.property(side, side, side, (a, b, c) => {
				const all = merge(a, b, c);
				expect(merge(merge(a, b), c)).toEqual(all);
				expect(merge(merge(c, b), a)).toEqual(all);
				expect(merge(b, merge(a, c))).toEqual(all);
				expect(merge(all, all, b)).toEqual(all);
			}),
			{ numRuns: RUNS },
		);
	});
});

describe('binary files', () => {
	const manifest = (seed: number, node: string) =>
		pythonJson({ schema: 1, command: 'generate-vectors', settings: {}, versions: { node }, seed });
	const one: fc.Arbitrary<Variant> = fc
		.record({
			sha: fc.constantFrom('a', 'b', 'c'),
			manifest: fc.option(fc.tuple(fc.nat(1), fc.constantFrom('20.1.0', '22.3.0')), { nil: undefined }),
		})
		.map(({ sha, manifest: made }) =>
			variant('vec', { from: '', sha, size: sha === 'c' ? 2 : 1 }, made && manifest(...made)),
		);
	const sorted = (variants: Variant[]) => [...variants].sort((a, b) => compare(canonical(a), canonical(b)));
	const merge = (...sides: Variant[][]) => sorted(normalVariants(sides.flat()));

	it('merge the same in any order, once or twice', () => {
		const side = fc.array(one, { maxLength: 3 });
		fc.assert(
			fc.property(side, side, side, (a, b, c) => {
				const all = merge(a, b, c);
				expect(merge(merge(a, b), c)).toEqual(all);
				expect(merge(merge(c, b), a)).toEqual(all);
				expect(merge(all, all, b)).toEqual(all);
				expect(chosenVariant([...all].reverse())).toEqual(chosenVariant(all));
			}),
			{ numRuns: RUNS },
		);
	});
});
