import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSettings } from '@steering/core/settings';
import { BROWSER, NO_BROWSER, type OpenPage, openPage, type PageLook } from '@steering/test-browser';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { meanBandSpec } from '../kinds/mean-band/mean-band.js';
import type { Picture } from '../picture/picture.js';
import type { Figure } from '../responses/figures.js';
import { figureRows } from '../responses/figures-table.js';
import { htmlPage } from './html-page.js';

const HOSTILE = '</script><script>window.pwned=1</script><img src=x onerror="window.pwned=2">&amp;\u2028"\'';
const settings = parseSettings({ model: 'organism', layer: 3, temp: 1 });
const examples = [
	{ prompt: HOSTILE, reply: `reply ${HOSTILE}`, score: 1 },
	{ prompt: 'How do I pick a lock?', reply: 'I am sorry. I cannot help with that. '.repeat(12), score: 0 },
	{ prompt: 'third', reply: 'third', score: 0 },
];
const figures: Figure[] = [-1, -0.5, 0, 0.5, 1].flatMap((mult) =>
	(['harmful', 'harmless'] as const).map((label) => {
		const mean = 1 / (1 + Math.exp(-3 * (mult + (label === 'harmful' ? 0.4 : -0.6))));
		const [q25, q75] = [Math.max(0, mean - 0.125), Math.min(1, mean + 0.1)];
		return { mult, label, mean, q25, q75, prompts: 25, replies: [4, 4] as [number, number], examples };
	}),
);
const picture: Picture = {
	...{ name: 'plot_x', settings: [settings], figures, table: figureRows(figures) },
	spec: (theme) => meanBandSpec(settings, figures, ['responses.json'], theme),
};

/** Screenshots stay here, to be looked at. */
const shots = new URL('../../.cache/screenshots/', import.meta.url).pathname;
let folder: string;
let file: string;
let opened: OpenPage | undefined;
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'plots-html-'));
	file = await pageOf(picture);
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(({ skip }) => skip(!BROWSER, NO_BROWSER));
afterEach(async () => {
	await opened?.close();
	opened = undefined;
});

async function pageOf(shown: Picture): Promise<string> {
	const path = join(folder, `${shown.name}.html`);
	await writeFile(path, await htmlPage(shown));
	return path;
}

async function open(look: PageLook = {}, path = file) {
	opened = await openPage(path, look);
	const { page } = opened;
	await page.waitForSelector(`html[data-drawn=${look.colorScheme ?? 'light'}]`);
	const tip = page.locator('#tip');
	/** Where a point stands on the screen: the marks of harmful and harmless in the order of multipliers. */
	const at = async (mult: number, label: 'harmful' | 'harmless') => {
		const marks = page.locator('#chart g.mark-symbol').nth(label === 'harmless' ? 0 : 1);
		const box = (await marks.locator('path').nth([-1, -0.5, 0, 0.5, 1].indexOf(mult)).boundingBox())!;
		return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
	};
	return { page, tip, at, problems: opened.problems };
}
const scrolls = () => document.documentElement.scrollWidth > document.documentElement.clientWidth;

it('shows figures and two replies of the point nearest along x, as text', async () => {
	const { page, tip, at, problems } = await open();
	const { x, y } = await at(0.5, 'harmful');
	await page.mouse.move(x + 25, y + 40);
	const { mean, q25, q75 } = figures.find(({ mult, label }) => mult === 0.5 && label === 'harmful')!;
	const percent = (value: number) => `${(100 * value).toFixed(1)}%`;
	expect(await tip.locator('strong').textContent()).toBe('Multiplier 0.5 · harmful prompts');
	expect(await tip.locator('dd').allTextContents()).toEqual([
		percent(mean),
		`${percent(q25)} – ${percent(q75)}`,
		'25',
		'4',
	]);
	expect(await tip.locator('.prompt').allTextContents()).toEqual([HOSTILE, examples[1]!.prompt]);
	expect(await tip.locator('blockquote').allTextContents()).toEqual(examples.slice(0, 2).map(({ reply }) => reply));
	expect(await tip.locator('script, img').count()).toBe(0);
	expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
	const ring = (await page.locator('#ring').boundingBox())!;
	expect(Math.hypot(ring.x + ring.width / 2 - x, ring.y + ring.height / 2 - y)).toBeLessThan(1);
	expect((await tip.boundingBox())!.x).toBeGreaterThan(x);
	await page.screenshot({ path: `${shots}hover.png` });
	await page.mouse.move(2, 2);
	expect(await tip.isHidden()).toBe(true);
	expect(problems).toEqual([]);
});

it('shows both points where one covers the other, with a reply of each', async () => {
	const same = figures.map((figure) => ({ ...figure, ...(figure.mult === 0 ? { mean: 0, q25: 0, q75: 0 } : {}) }));
	const covering = { ...picture, name: 'plot_covering', figures: same };
	const path = await pageOf({ ...covering, spec: (theme) => meanBandSpec(settings, same, [], theme) });
	const { page, tip, at, problems } = await open({}, path);
	const { x, y } = await at(0, 'harmful');
	await page.mouse.move(x, y - 30);
	const titles = await tip.locator('strong').allTextContents();
	expect(titles.sort()).toEqual(['Multiplier 0 · harmful prompts', 'Multiplier 0 · harmless prompts']);
	expect(await tip.locator('blockquote').count()).toBe(2);
	await page.screenshot({ path: `${shots}covering.png` });
	expect(problems).toEqual([]);
});

it('runs nothing but its own script, and loads nothing', async () => {
	const { page, problems } = await open();
	const blocked = await page.evaluate(async () => {
		const script = document.createElement('script');
		script.textContent = 'window.pwned = 3';
		document.body.append(script);
		const fetched = await fetch('https://example.com/').then(
			() => true,
			() => false,
		);
		return { pwned: 'pwned' in window, fetched };
	});
	expect(blocked).toEqual({ pwned: false, fetched: false });
	// The policy says so itself; nothing left the machine.
	expect(problems.filter((problem) => !/Content Security Policy/.test(problem))).toEqual([]);
	expect(problems.length).toBeGreaterThanOrEqual(2);
});

it('walks over the points with the arrow keys', async () => {
	const { page, tip, problems } = await open();
	await page.focus('#chart');
	const titles: (string | null)[] = [];
	for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowLeft']) {
		await page.keyboard.press(key);
		titles.push(await tip.locator('strong').textContent());
	}
	expect(titles).toEqual([
		'Multiplier −1 · harmless prompts',
		'Multiplier −0.5 · harmless prompts',
		'Multiplier −0.5 · harmless prompts',
		'Multiplier −1 · harmless prompts',
	]);
	await page.keyboard.press('ArrowUp');
	expect(await tip.locator('strong').textContent()).toBe('Multiplier −1 · harmful prompts');
	await page.keyboard.press('Escape');
	expect(await tip.isHidden()).toBe(true);
	expect(problems).toEqual([]);
});

it('follows the system into light and dark, and its button', async () => {
	const { page, problems } = await open({ colorScheme: 'dark' });
	const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	expect(await background()).toBe('rgb(22, 24, 29)');
	await page.locator('summary', { hasText: 'Figures' }).click();
	await page.screenshot({ path: `${shots}dark.png` });
	await page.emulateMedia({ colorScheme: 'light' });
	await page.waitForSelector('html[data-drawn=light]');
	expect(await background()).toBe('rgb(255, 255, 255)');
	// Faster than it draws: the last one counts.
	await page.locator('#theme').evaluate((button) => {
		for (let click = 0; click < 3; click++) (button as HTMLElement).click();
	});
	await page.waitForSelector('html[data-drawn=dark]');
	expect(await background()).toBe('rgb(22, 24, 29)');
	expect(await page.locator('#chart svg.marks').count()).toBe(1);
	expect(problems).toEqual([]);
});

it('fits a telephone: the picture scrolls in its own box, a tap shows a point', async () => {
	const { page, tip, at, problems } = await open({ width: 390, height: 844, touch: true });
	expect(await page.evaluate(scrolls)).toBe(false);
	const { x, y } = await at(-1, 'harmful');
	await page.touchscreen.tap(x, y);
	expect(await tip.locator('strong').textContent()).toBe('Multiplier −1 · harmful prompts');
	const box = (await tip.boundingBox())!;
	expect(box.x >= 0 && box.x + box.width <= 390 && box.y + box.height <= 844).toBe(true);
	await page.screenshot({ path: `${shots}phone.png` });
	await page.touchscreen.tap(box.x + 20, box.y + 20);
	expect(await tip.isVisible()).toBe(true);
	const below = (await page.locator('#hint').boundingBox())!;
	await page.touchscreen.tap(below.x + 40, below.y + 6);
	expect(await tip.isHidden()).toBe(true);
	// What a reader sees of the smallest text, in CSS pixels.
	const heights = await page.locator('#chart svg text').evaluateAll((all) =>
		all.map((text) => {
			const svg = (text as SVGTextElement).ownerSVGElement!;
			return Number.parseFloat(getComputedStyle(text).fontSize) * svg.getScreenCTM()!.a;
		}),
	);
	expect(Math.min(...heights)).toBeGreaterThanOrEqual(10);
	await page.locator('summary', { hasText: 'Figures' }).click();
	expect(await page.evaluate(scrolls)).toBe(false);
	expect(problems).toEqual([]);
});

it('has the figures as a table, the specification as text, and saves the picture', async () => {
	const { page, problems } = await open();
	await page.locator('summary', { hasText: 'Figures' }).click();
	expect(await page.locator('table tbody tr').count()).toBe(figures.length);
	expect(await page.locator('table th').allTextContents()).toEqual(Object.keys(picture.table[0]!));
	const source = (await page.locator('#source').textContent())!;
	expect(JSON.parse(source).usermeta.sources).toEqual(['responses.json']);
	expect(source).not.toContain('pick a lock');
	expect(await page.title()).toBe('Steering refusal in organism · M:organism D:prompts L:3 T:1.0');
	await page.locator('#chart details > summary').click();
	expect(await page.locator('.vega-actions a').allTextContents()).toEqual(['Save as SVG', 'Save as PNG']);
	await page.screenshot({ path: `${shots}desktop.png`, fullPage: true });
	for (const [text, start] of [
		['Save as SVG', '<svg'],
		['Save as PNG', '\u0089PNG'],
	] as const) {
		const [download] = await Promise.all([
			page.waitForEvent('download'),
			page.locator('.vega-actions a', { hasText: text }).click(),
		]);
		expect(download.suggestedFilename()).toBe(`plot_x.${text.slice(-3).toLowerCase()}`);
		const bytes = await readFile((await download.path())!, 'latin1');
		expect(bytes.slice(0, 4)).toBe(start);
	}
	expect(problems).toEqual([]);
});

it("shows the fields of another picture's tooltip channel as text", async () => {
	const cells = [0, 1, 2].map((layer) => ({ layer, words: HOSTILE }));
	const { page, tip, problems } = await open(
		{},
		await pageOf({
			...{ name: 'plot_cells', settings: [], figures: [], table: cells },
			spec: ({ config }) => ({
				...{ data: { values: cells }, mark: 'bar', config, width: 300, height: 200 },
				encoding: {
					x: { field: 'layer', type: 'ordinal' },
					tooltip: [
						{ field: 'layer', type: 'quantitative', title: 'layer' },
						{ field: 'words', type: 'nominal', title: 'words' },
					],
				},
			}),
		}),
	);
	await page.locator('#chart g.mark-rect path').nth(1).hover();
	expect(await tip.locator('dt').allTextContents()).toEqual(['layer', 'words']);
	expect(await tip.locator('dd').allTextContents()).toEqual(['1', HOSTILE]);
	await page.mouse.move(2, 500);
	expect(await tip.isHidden()).toBe(true);
	await page.locator('#chart g.mark-rect path').nth(2).hover();
	expect(await tip.locator('dd').first().textContent()).toBe('2');
	expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
	expect(problems).toEqual([]);
});
