import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MeasureRecord, writeMeasures } from '@steering/core/artifacts';
import { actsPath, parseSettings, responsePath } from '@steering/core/settings';
import { writeActivations } from '@steering/core/vectors';
import { BROWSER, NO_BROWSER, openPage } from '@steering/test-browser';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { plantedClasses } from '../../test/planted-classes.js';
import { drawPlots } from '../index.js';
import type { PlotKindName } from '../kinds/index.js';

const LAYERS = [1, 2];
let root: string;
beforeEach(({ skip }) => skip(!BROWSER, NO_BROWSER));
afterAll(() => rm(root, { recursive: true }));
beforeAll(async () => {
	root = await mkdtemp(join(tmpdir(), 'plots-kinds-'));
	await mkdir(join(root, 'artifacts', 'responses'), { recursive: true });
	await mkdir(join(root, 'artifacts', 'acts'));
	for (const layer of LAYERS) {
		await recordActivations(layer);
		for (const mult of [-1, 0, 1]) await score(layer, mult);
	}
});

const organism = (layer: number) => parseSettings({ model: 'organism', layer });

async function score(layer: number, mult: number): Promise<void> {
	const path = join(root, responsePath(organism(layer), mult));
	const items = ['harmful', 'harmless'].flatMap((label) =>
		[0, 1].map((index) => {
			const reply = `${label} reply ${index} of layer ${layer} at ${mult}`;
			return { label, prompt: `${label} ${index}`, responses: [reply], scores: [index < mult + layer - 1] };
		}),
	);
	await writeFile(path, JSON.stringify(items));
	const record = (value: number): MeasureRecord => ({
		...{ value, interval: [value / 2, value], n: 9, unit: 'question', values: [] },
		...{ provenance: {}, versions: {} },
	});
	const value = (mult + 2) / 4 + layer / 10;
	await writeMeasures(path, { settings: {}, mult, measures: { ab: record(value), kl: record(value) } });
}

async function recordActivations(layer: number): Promise<void> {
	const classes = plantedClasses({ rows: 8, width: 4, seed: layer });
	const provenance = {
		...{
			model: 'organism',
			fingerprint: 'f',
			precision: 'fast',
			hookPoint: `${layer}.resid_post`,
			layer,
			version: '0',
		},
		...{ dataset: 'prompts', behavior: '', examples: 'e', positives: 8, negatives: 8, readout: 'last' as const },
	};
	for (const positive of [true, false]) {
		const side = positive ? classes.positive : classes.negative;
		await writeActivations(join(root, actsPath(organism(layer), { positive, layer })), side, provenance);
	}
}

/** Moves the pointer to each mark of a picture: what is said of each point, by its title. */
async function tipsOf(path: string) {
	const { page, problems, close } = await openPage(path);
	await page.waitForSelector('html[data-drawn=light]');
	const hint = await page.locator('#hint').isVisible();
	const seen = await page.evaluate(() => {
		const texts = (of: Element, selector: string) =>
			[...of.querySelectorAll(selector)].map((el) => el.textContent ?? '');
		const svg = document.querySelector('#chart svg')!;
		const found: Record<string, { rows: string[]; replies: string[] }> = {};
		for (const mark of svg.querySelectorAll('.mark-symbol path, .mark-rect path')) {
			const { left, right, top, bottom } = mark.getBoundingClientRect();
			const at = { clientX: (left + right) / 2, clientY: (top + bottom) / 2 };
			svg.dispatchEvent(new PointerEvent('pointermove', { ...at, bubbles: true }));
			for (const section of document.querySelectorAll('#tip:not([hidden]) section')) {
				const title = texts(section, 'strong').join();
				found[title] = { rows: texts(section, 'dd'), replies: texts(section, 'blockquote') };
			}
		}
		return found;
	});
	await close();
	return { seen, hint, problems };
}

const signed = (mult: number) => `${mult}`.replace('-', '−');

it.each<PlotKindName>(['compare', 'layers', 'heatmap', 'tradeoff'])(
	'--kind %s says of each point its own figures and replies',
	async (kind) => {
		for (const { picture, html } of await drawPlots({ root, kind })) {
			const { seen, hint, problems } = await tipsOf(html);
			expect({ hint, problems }).toEqual({ hint: true, problems: [] });
			// Changes from multiplier 0 are drawn at the others.
			const drawn = picture.figures.filter(({ mult }) => kind !== 'layers' || mult !== 0);
			expect(drawn.length).toBeGreaterThan(0);
			for (const { of, mult, label, mean } of drawn) {
				const title = [of, `Multiplier ${signed(mult)}`, `${label} prompts`].filter(Boolean).join(' · ');
				const layer = of?.match(/\d/)?.[0] ?? picture.settings[0]!.layer;
				expect(seen[title]?.rows[0], `${title} in ${picture.name}`).toBe(`${(100 * mean).toFixed(1)}%`);
				expect(seen[title]!.replies[0]).toMatch(new RegExp(`^${label} reply . of layer ${layer} at ${mult}$`));
			}
			expect(Object.keys(seen)).toHaveLength(drawn.length);
		}
	},
);

it('pages of measures say the value, its interval and what it is of', async () => {
	const [ab] = await drawPlots({ root, kind: 'ab' });
	const { seen, problems } = await tipsOf(ab!.html);
	expect(problems).toEqual([]);
	expect(seen['layer 2']!.rows).toEqual([expect.any(String), '95.0%', '47.5%', '95.0%', '9']);
	const geometry = await drawPlots({ root, kind: 'geometry' });
	const [planes, separation] = await Promise.all(geometry.map(({ html }) => tipsOf(html)));
	expect(planes).toEqual({ seen: {}, hint: false, problems: [] });
	expect(Object.keys(separation!.seen)).toEqual(LAYERS.map((layer) => `Layer ${layer}`));
	expect(separation!.hint).toBe(true);
});
