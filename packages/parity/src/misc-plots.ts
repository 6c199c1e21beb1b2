import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import { namedSettingsSchema, plotPath, responsePath } from '@steering/core/settings';
import { drawPlots, type Figure, type PlotFile } from '@steering/plots';
import { z } from 'zod';
import { exactJson, parseExactJson } from './exact-json.js';
import { firstDifference } from './first-difference.js';
import { type MiscContext, readMisc } from './misc-fixtures.js';
import { TOLERANCES } from './tolerances.js';
import { Worst } from './worst.js';

const settings = namedSettingsSchema.partial();
const callSchema = z.looseObject({
	fn: z.string(),
	args: z.array(z.unknown()),
	kwargs: z.record(z.string(), z.unknown()).default({}),
});
const schema = z.looseObject({
	plots: z
		.array(
			z.looseObject({
				settings,
				files: z.array(z.looseObject({ mult: z.number(), content: z.unknown() })),
				calls: z.array(callSchema),
			}),
		)
		.default([]),
	validation: z
		.array(
			z.looseObject({
				name: z.string(),
				settings,
				content: z.unknown(),
				result: z.looseObject({ ok: z.boolean().optional(), plot_args: z.unknown().optional() }),
			}),
		)
		.default([]),
});
type Call = z.output<typeof callSchema>;
interface ExactFile {
	plots?: { files: { content: unknown }[] }[];
	validation?: { content: unknown }[];
}

/** What our plots are drawn from, beside what the reference handed to matplotlib. */
export async function checkPlots(context: MiscContext): Promise<void> {
	const { plots, validation } = await readMisc(context, 'plots', schema);
	// Response files are written as the fixture spells them.
	const exact = parseExactJson(await readFile(join(context.folder, 'plots.json'), 'utf8')) as ExactFile;
	for (const [i, { settings, files, calls }] of plots.entries()) {
		const named = namedSettingsSchema.parse(settings);
		const name = `misc plots ${basename(plotPath(named), '.png')}`;
		await context.report.attempt(name, async () => {
			const texts = files.map(({ mult }, f) => ({ mult, text: exactJson(exact.plots![i]!.files[f]!.content) }));
			const drawn = await draw(settings, texts);
			if (!drawn) throw new RangeError('nothing is drawn');
			comparePlot(context, name, drawn, calls);
		});
	}
	for (const [i, { name: kind, settings, result }] of validation.entries()) {
		const name = `misc plots ${kind}`;
		await context.report.attempt(name, async () => {
			const drawn = await draw(settings, [{ mult: 0, text: exactJson(exact.validation![i]!.content) }]);
			const isAccepted = result.ok === true;
			const difference = firstDifference(drawn ? 'accepted' : 'refused', isAccepted ? 'accepted' : 'refused', 'a file');
			const wanted = result.plot_args;
			const args = drawn && wanted !== undefined ? drawn.plot.picture.figures.flatMap(argumentsOf) : wanted;
			const arguments_ = isAccepted ? firstDifference(args, wanted, 'plot_args') : undefined;
			context.report.equal(name, 'malformed responses', '', difference ?? arguments_);
		});
	}
}

interface Drawn {
	plot: PlotFile;
	spec: { encoding?: { x?: Axis; y?: Axis }; description?: string };
}
interface Axis {
	title?: string;
	scale?: { domain?: unknown };
}

/** Draws from response files in a folder of their own; undefined when they are refused or hold nothing to draw. */
async function draw(settings: object, files: { mult: number; text: string }[]): Promise<Drawn | undefined> {
	const root = await mkdtemp(join(tmpdir(), 'steering-parity-'));
	try {
		for (const { mult, text } of files) {
			const path = join(root, responsePath(namedSettingsSchema.parse(settings), mult));
			await mkdir(dirname(path), { recursive: true });
			await writeFile(path, text);
		}
		const [plot] = await drawPlots({ root });
		return plot && { plot, spec: JSON.parse(await readFile(plot.spec, 'utf8')) };
	} catch (error) {
		if (error instanceof SteeringError && /ERR_BAD_FILE|ERR_MISSING_INPUT/.test(error.code)) return undefined;
		throw error;
	} finally {
		await rm(root, { recursive: true, force: true });
	}
}

function comparePlot({ report }: MiscContext, name: string, { plot, spec }: Drawn, calls: Call[]): void {
	const lines = calls.filter(({ fn }) => fn === 'plot').map(({ kwargs }) => (kwargs.label ?? null) as string | null);
	const found = lines.flatMap((label) => {
		const figures = plot.picture.figures.filter((figure) => figure.label === label);
		const column = (pick: (figure: Figure) => number) => figures.map(pick);
		const mults = column(({ mult }) => mult);
		return [
			[mults, column(({ mean }) => mean)],
			[mults, column(({ q25 }) => q25), column(({ q75 }) => q75)],
		];
	});
	const wanted = calls.filter(({ fn }) => fn === 'plot' || fn === 'fill_between').map(({ args }) => args);
	const worst = new Worst();
	compareNumbers(worst, found, wanted, 'arguments');
	report.within(name, 'means and percentiles', worst, TOLERANCES.statistics, `${worst.count} numbers`);
	const of = (fn: string) => calls.find((call) => call.fn === fn)?.args;
	const { x, y } = spec.encoding ?? {};
	const axes = [
		['ylim', y?.scale?.domain, of('ylim')],
		['xlim', x?.scale?.domain, of('xlim')],
		['xlabel', x?.title, of('xlabel')?.[0]],
		['title', spec.description, of('title')?.[0]],
		['savefig', basename(plot.png), typeof of('savefig')?.[0] === 'string' && basename(String(of('savefig')![0]))],
	] as const;
	const given = axes.filter(([, , reference]) => reference !== undefined && reference !== false);
	const differences = given.map(([fn, own, reference]) => firstDifference(own, reference, fn));
	report.equal(name, 'axes and names', `${given.length} of them`, differences.find(Boolean));
}

/** Nested lists of numbers; the fixture writes NaN as a string. A list of another length differs without bound. */
function compareNumbers(worst: Worst, found: unknown, wanted: unknown, path: string): void {
	if (Array.isArray(wanted) && Array.isArray(found) && wanted.length === found.length) {
		for (const [i, value] of wanted.entries()) compareNumbers(worst, found[i], value, `${path}[${i}]`);
		return;
	}
	const isSame = wanted === 'NaN' ? Number.isNaN(found) : Object.is(found, wanted);
	const isNumeric = typeof found === 'number' && typeof wanted === 'number';
	worst.add(isSame ? 0 : isNumeric ? Math.abs(found - wanted) : Number.POSITIVE_INFINITY, () => path);
}

/** What the reference plots of one figure: means, then percentiles. */
function argumentsOf({ mult, mean, q25, q75 }: Figure): number[][][] {
	return [
		[[mult], [mean]],
		[[mult], [q25], [q75]],
	];
}
