import { MEASURE_NAMES, measureRecordSchema, measuresFileSchema, pythonJson } from '@steering/core/artifacts';
import { z } from 'zod';
import { best, canonical, compare, group, sha256 } from './canonical.js';
import { type Facts, factSet, parsed, readAside, without } from './kept-aside.js';

/** What a measures file says: what it is about, its records, and which versions made each. */
const factSchema = z.discriminatedUnion('fact', [
	z.strictObject({ fact: z.literal('about'), settings: z.record(z.string(), z.json()), mult: z.number() }),
	z.strictObject({
		...{ fact: z.literal('record'), random: z.boolean(), name: z.enum(MEASURE_NAMES) },
		record: measureRecordSchema,
	}),
]);
type MeasureFact = z.output<typeof factSchema>;
type RecordFact = Extract<MeasureFact, { fact: 'record' }>;

export interface MeasuresTexts {
	path: string;
	file?: string | undefined;
	aside?: string | undefined;
}

export interface MergedMeasures {
	file?: string | undefined;
	aside: Facts<MeasureFact>;
	conflicts: string[];
}

/** @throws SteeringError ERR_BAD_FILE naming the file */
export function measureFacts({ path, file, aside }: MeasuresTexts): Facts<MeasureFact> {
	const kept = aside === undefined ? new Map() : readAside(`${path} kept aside`, aside, factSchema);
	return file === undefined ? normalMeasures(kept) : normalMeasures(new Map([...kept, ...factsOf(path, file)]));
}

function factsOf(path: string, text: string): Facts<MeasureFact> {
	const { settings, mult, measures, baselines } = parsed(path, text, measuresFileSchema);
	const records = (own: object, random: boolean) =>
		Object.entries(own).map(([name, record]) => ({ fact: 'record', random, name, record }) as RecordFact);
	const about = { fact: 'about', settings, mult } as MeasureFact;
	return factSet([about, ...records(measures, false), ...records(baselines.random ?? {}, true)]);
}

const measured = ({ random, name, record: { versions: _, ...record } }: RecordFact) =>
	canonical([random, name, record]);

/** The same numbers made by several versions are one measurement. */
export function normalMeasures(facts: Facts<MeasureFact>): Facts<MeasureFact> {
	const records = group(recordsOf(facts), measured);
	const latest = new Set(
		[...records.values()].map((same) => best(same, (a, b) => compare(canonical(b), canonical(a)))),
	);
	return new Map([...facts].filter(([, fact]) => fact.fact === 'about' || latest.has(fact)));
}

function recordsOf(facts: Facts<MeasureFact>): RecordFact[] {
	return [...facts.values()].filter((fact): fact is RecordFact => fact.fact === 'record');
}

/** Of each measure the record of most units; its rivals are kept aside. */
export function measuresFile(facts: Facts<MeasureFact>): MergedMeasures {
	const abouts = [...facts.values()].filter((fact) => fact.fact === 'about');
	const about = best(abouts, (a, b) => compare(canonical(a), canonical(b)));
	if (!about) return { aside: facts, conflicts: [] };
	const cells = group(recordsOf(facts), ({ random, name }) => canonical([random, name]));
	const order = (a: RecordFact, b: RecordFact) => b.record.n - a.record.n || compare(rank(a), rank(b));
	const chosen = [...cells.values()].map((rivals) => best(rivals, order)!);
	const own = (random: boolean) => {
		const named = MEASURE_NAMES.flatMap((name) =>
			chosen.filter((fact) => fact.random === random && fact.name === name),
		);
		return Object.fromEntries(named.map(({ name, record }) => [name, record]));
	};
	const random = own(true);
	const conflicts = [...cells.values()].filter(({ length }) => length > 1).length + abouts.length - 1;
	return {
		file: pythonJson({
			...{ schema: 1, settings: about.settings, mult: about.mult, measures: own(false) },
			baselines: Object.keys(random).length > 0 ? { random } : {},
		}),
		aside: without(facts, factSet([about, ...chosen])),
		conflicts: conflicts > 0 ? [`${conflicts} ${conflicts === 1 ? 'measure' : 'measures'}`] : [],
	};
}

/** No direction: a choice between numbers must not drift. */
const rank = (fact: RecordFact) => sha256(measured(fact));
