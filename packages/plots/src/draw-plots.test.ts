import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseSettings, responsePath, type SettingsInput } from '@steering/core/settings';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { drawPlots, type PlotFile } from './index.js';

const fixture = new URL('../../../../shared/fixtures/misc/plots.json', import.meta.url);
let root: string;
let artifacts: string;
let plots: string;
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'plots-'));
	[artifacts, plots] = [join(root, 'artifacts'), join(root, 'plots')];
});
afterEach(() => rm(root, { recursive: true }));

async function put(settings: SettingsInput, mult: number, content: unknown): Promise<string> {
	const path = join(root, responsePath(parseSettings(settings), mult));
	await mkdir(join(artifacts, 'responses'), { recursive: true });
	await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
	return path;
}
const pictures = async () => (await readdir(plots)).filter((name) => !name.startsWith('.')).sort();
const replies = (...scores: boolean[]) =>
	['harmful', 'harmless'].map((label) => ({ ...unscored(label, scores), scores }));
const unscored = (label: string, scores: unknown[]) => ({ label, prompt: label, responses: scores.map(() => 'r') });

interface Call {
	fn: string;
	args: unknown[];
	kwargs: { label?: string | null };
}

/** What the reference handed to matplotlib, said with our figures. */
function callsOf({ picture: { figures, settings } }: PlotFile): [string, unknown][] {
	const labels = settings[0]!.behavior === null ? ['harmful', 'harmless'] : [null];
	return labels.flatMap((label): [string, unknown][] => {
		const line = figures.filter((figure) => figure.label === label);
		const mults = line.map(({ mult }) => mult);
		return [
			['plot', [mults, line.map(({ mean }) => mean)]],
			['fill_between', [mults, line.map(({ q25 }) => q25), line.map(({ q75 }) => q75)]],
		];
	});
}

it("plots the reference's figures on the reference's axes", async ({ skip }) => {
	skip(!existsSync(fixture), 'shared/fixtures is not beside the repository');
	const cases: { settings: SettingsInput; files: { mult: number; content: unknown }[]; calls: Call[] }[] = JSON.parse(
		readFileSync(fixture, 'utf8'),
	).plots;
	for (const { settings, files } of cases) for (const { mult, content } of files) await put(settings, mult, content);
	const drawn = await drawPlots({ artifacts, plots });
	expect(drawn).toHaveLength(cases.length);
	for (const { settings, calls } of cases) {
		const of = (fn: string) => calls.find((call) => call.fn === fn)?.args;
		const name = basename((of('savefig') as string[])[0]!);
		const plot = drawn.find(({ png }) => basename(png) === name)!;
		expect(plot.picture.settings).toEqual([parseSettings(settings)]);
		const wanted = calls.filter(({ fn }) => fn === 'plot' || fn === 'fill_between').map(({ fn, args }) => [fn, args]);
		expect(callsOf(plot)).toEqual(wanted);
		const spec = JSON.parse(await readFile(plot.spec, 'utf8'));
		expect(spec.encoding.y.scale.domain).toEqual(of('ylim'));
		if (of('xlim')) expect(spec.encoding.x.scale.domain).toEqual(of('xlim'));
		expect(spec.encoding.x.title).toBe(of('xlabel')![0]);
		expect(spec.description).toBe(of('title')![0]);
	}
});

it('writes specification, SVG, PNG and page, the same bytes each time', async () => {
	await put({ model: 'organism' }, -1, replies(false, true));
	await put({ model: 'organism' }, 1, replies(true, true));
	const read = async () => {
		await drawPlots({ root });
		const names = await pictures();
		return Promise.all(names.map(async (name) => [name, (await readFile(join(plots, name))).toString('base64')]));
	};
	const first = await read();
	expect(first.map(([name]) => name)).toEqual(
		['.html', '.png', '.svg', '.vl.json'].map((extension) => `plot_Morganism_Dprompts_L15_T1.5${extension}`),
	);
	expect(await read()).toEqual(first);
});

it('draws one settings, and only the multipliers asked for', async () => {
	for (const mult of [-1, 0, 1]) {
		await put({ model: 'organism' }, mult, replies(true));
		await put({ model: 'organism', layer: 'all' }, mult, replies(true));
	}
	const settings = parseSettings({ model: 'models/organism' });
	const [plot, ...others] = await drawPlots({ artifacts, plots, settings, mults: [1, -1] });
	expect(others).toEqual([]);
	expect(plot!.picture.figures.map(({ mult }) => mult)).toEqual([-1, -1, 1, 1]);
	await expect(drawPlots({ artifacts, plots, settings, mults: [1, 2.5] })).rejects.toMatchObject({
		code: 'ERR_MISSING_INPUT',
		message: expect.stringContaining('X2.5.json'),
		hint: expect.stringContaining(
			'pnpm steer --model models/organism --dataset prompts --layer 15 --temp 1.5 --mults 2.5',
		),
	});
});

it('says which command makes what is missing', async () => {
	const nothing = drawPlots({ artifacts, plots });
	await expect(nothing).rejects.toMatchObject({
		code: 'ERR_MISSING_INPUT',
		hint: expect.stringContaining('pnpm steer'),
	});
	await put({}, 1, [unscored('harmful', [1]), unscored('harmless', [1])]);
	const notes: string[] = [];
	const onlyReplies = drawPlots({ artifacts, plots, onNote: (note) => notes.push(note) });
	await expect(onlyReplies).rejects.toMatchObject({ code: 'ERR_MISSING_INPUT', hint: 'score them with `pnpm eval`' });
	expect(notes).toEqual([expect.stringContaining('X1.0.json: not scored yet')]);
	const other = drawPlots({ artifacts, plots, settings: parseSettings({ layer: 3 }) });
	await expect(other).rejects.toMatchObject({ message: expect.stringContaining('M:llama3 D:prompts L:3 T:1.5') });
	expect(existsSync(plots)).toBe(false);
});

it('leaves a corrupt file out of its picture, and names it', async () => {
	for (const mult of [-1, 1]) await put({ model: 'organism' }, mult, replies(true));
	const bad = await put({ model: 'organism' }, 0, '');
	const drawn: PlotFile[] = [];
	const drawing = drawPlots({ artifacts, plots, onPlot: (plot) => drawn.push(plot) });
	await expect(drawing).rejects.toMatchObject({ code: 'ERR_BAD_FILE', message: `${bad}: is empty` });
	expect(drawn.map(({ picture }) => picture.figures.map(({ mult }) => mult))).toEqual([[-1, -1, 1, 1]]);
});

it('draws what it can and fails at the end, naming what it could not', async () => {
	await put({ model: 'good' }, 1, replies(true));
	const bad = await put({ model: 'bad' }, 1, '[{"prompt": "p", ');
	const problem = { code: 'ERR_BAD_FILE', message: expect.stringContaining(bad) };
	await expect(drawPlots({ artifacts, plots })).rejects.toMatchObject(problem);
	expect(await pictures()).toHaveLength(4);

	await writeFile(join(artifacts, 'responses', 'responses_of_yesterday.json'), '[]');
	const notes: string[] = [];
	const several = drawPlots({ artifacts, plots, onNote: (note) => notes.push(note) });
	await expect(several).rejects.toMatchObject({ message: expect.stringContaining('2 files could not be plotted') });
	expect(notes.join('\n')).toContain('responses_of_yesterday.json');
	expect(notes.join('\n')).toContain(bad);
});

it("passes over manifests, journals and the reference's copies for reading", async () => {
	const path = await put({ model: 'organism' }, 1, replies(true));
	await writeFile(`${path}.manifest.json`, '{}');
	await writeFile(`${path}.partial.jsonl`, '{}');
	await writeFile(path.replace('.json', '__pretty.json'), '[]');
	await writeFile(join(artifacts, 'responses', '.gitkeep'), '');
	expect(await drawPlots({ artifacts, plots })).toHaveLength(1);
});
