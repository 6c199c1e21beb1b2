import { BROWSER, launchBrowser, NO_BROWSER, type OpenPage, type PageLook } from '@steering/test-browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { htmlFile } from '../src/assemble/html-file.js';
import { openReport } from './browser.js';
import { type FixtureOptions, HOSTILE, report } from './report-fixture.js';

const why = BROWSER ? '' : ` (skipped: ${NO_BROWSER})`;

describe.skipIf(!BROWSER)(`the page of a report, in Chromium${why}`, () => {
	let browser: Browser;
	const opened: OpenPage[] = [];
	beforeAll(async () => {
		browser = await launchBrowser();
	});
	afterAll(() => browser.close());
	afterEach(async () => {
		const pages = opened.splice(0);
		for (const { close } of pages) await close();
		expect(pages.flatMap(({ problems }) => problems)).toEqual([]);
	});

	async function show(options: FixtureOptions = {}, look: PageLook = {}): Promise<Page> {
		const { data, replies } = report(options);
		const it = await openReport(await htmlFile(data, replies), { ...look, browser });
		opened.push(it);
		return it.page;
	}
	const count = (page: Page) => page.locator('#count').textContent();
	const waitCount = (page: Page, text: string) => page.locator('#count', { hasText: text }).waitFor();
	const rows = (page: Page) => page.locator('#grid-canvas .row');
	const selected = (page: Page) => page.locator('[aria-selected=true]').getAttribute('aria-rowindex');
	const focused = (page: Page) => page.evaluate('document.activeElement.id');

	test('shows counts, best settings, figures, manifest and commands', async () => {
		const page = await show();
		expect(await page.title()).toBe('Steering report <b>of tests</b>');
		expect(await page.locator('h1').textContent()).toBe('Steering report <b>of tests</b>');
		expect(await page.locator('#counts').textContent()).toBe('2 experiments · 6 multipliers · 36 replies');
		expect(await page.locator('#best-content tbody tr').count()).toBe(2);
		const run = page.locator('#runs-content > .list > details').first();
		expect(await run.locator('table').count()).toBe(0);
		await run.locator('summary').click();
		expect(await run.locator('td').first().textContent()).toBe('−2');
		expect(await run.locator('td').allTextContents()).toContain('13.8 [13.1, 14.4]');
		await run.locator('summary', { hasText: 'Manifest' }).click();
		await run.locator('summary', { hasText: 'environment' }).click();
		await run.getByText('<script>alert(4)</script>').waitFor();
		expect(await page.locator('#notes li').allTextContents()).toEqual([
			'artifacts/broken.json: not JSON, left out <i>here</i>',
		]);
	});

	test('a refused clipboard selects the commands', async () => {
		const page = await show();
		await page.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error("refused"))');
		const run = page.locator('#runs-content > .list > details').first();
		await run.locator('summary').click();
		await run.locator('button', { hasText: 'Copy' }).click();
		await page.getByText('Selected: press').waitFor();
		expect(await page.evaluate('String(getSelection())')).toContain('pnpm generate-vectors --model organism --layer 0');
	});

	test('HTML in replies is shown and never run', async () => {
		const page = await show({ experiments: HOSTILE.length });
		for (const hostile of HOSTILE) {
			await page.locator('#search').fill(hostile);
			await page.keyboard.press('Enter');
			expect(await count(page)).toBe('2 of 72 replies');
			await page.locator('#grid').focus();
			await page.keyboard.press('Enter');
			expect(await page.locator('[aria-expanded=true] .steered').textContent()).toContain(hostile);
			expect(await page.locator('#grid script, #grid img, #grid svg, #grid a').count()).toBe(0);
			await page.keyboard.press('Escape');
		}
		expect(await page.title()).toBe('Steering report <b>of tests</b>');
	});

	test('filters, the address and the back button', async () => {
		const page = await show();
		await page.locator('#best-content a').first().click();
		await waitCount(page, '6 of 36 replies');
		expect(new URL(page.url()).hash).toBe('#experiment=Morganism_Dprompts_L0_T1&mult=2');
		expect(await page.locator('#filter-experiment').inputValue()).toBe('=Morganism_Dprompts_L0_T1');
		await page.locator('#filter-label').selectOption('harmless');
		await waitCount(page, '3 of 36 replies');
		await page.locator('#filter-min').fill('100');
		await page.keyboard.press('Enter');
		await page.getByText('No reply matches these filters.').waitFor();
		expect(await rows(page).count()).toBe(0);
		await page.goBack();
		await waitCount(page, '3 of 36 replies');
		await page.goBack();
		await waitCount(page, '6 of 36 replies');
		expect(await page.locator('#filter-label').inputValue()).toBe('');
		await page.reload();
		await waitCount(page, '6 of 36 replies');
		await page.locator('#clear').click();
		await waitCount(page, '36 of 36 replies');
	});

	test('filters by score, a set of them and a change; a wrong expression says so', async () => {
		const page = await show({ scale: 'yes' });
		const { replies } = report({ scale: 'yes' });
		const ones = replies.rows.score.filter((score) => score === 1).length;
		await page.getByRole('button', { name: 'Score 1' }).click();
		await waitCount(page, `${ones} of 36 replies`);
		await page.getByRole('button', { name: 'Score 0' }).click();
		await waitCount(page, '36 of 36 replies');
		await page.locator('#clear').click();
		await page.locator('#filter-change').selectOption('other text');
		await waitCount(page, '24 of 36 replies');
		await page.locator('#clear').click();
		await page.locator('#search').fill('/question [01]:/');
		await waitCount(page, '12 of 36 replies');
		await page.locator('#search').fill('/[/');
		await page.getByText('Invalid regular expression').waitFor();
		expect(await count(page)).toBe('0 of 36 replies');
	});

	test('sorts by a column, either way', async () => {
		const page = await show();
		const scores = async () => (await page.locator('#grid-canvas .score').allTextContents()).map(Number);
		const head = page.locator('[data-sort=score]');
		await head.locator('button').click();
		expect(await head.getAttribute('aria-sort')).toBe('ascending');
		const up = await scores();
		expect(up).toEqual([...up].sort((a, b) => a - b));
		await head.locator('button').click();
		expect(await head.getAttribute('aria-sort')).toBe('descending');
		const down = await scores();
		expect(down).toEqual([...down].sort((a, b) => b - a));
		expect(down[0]).toBeGreaterThan(up[0]!);
	});

	test('differences between a steered and its unsteered reply are marked', async () => {
		const page = await show();
		const row = rows(page).nth(2);
		expect(await row.locator('ins').count()).toBeGreaterThan(0);
		expect(await row.locator('del').count()).toBeGreaterThan(0);
		expect(await row.locator('.unsteered .clamp').textContent()).toBe(
			await rows(page).nth(1).locator('.steered .clamp').textContent(),
		);
		expect(await rows(page).nth(1).locator('.unsteered').textContent()).toBe('is this reply');
	});

	test('works by keyboard alone', async () => {
		const page = await show({ prompts: 60 });
		await page.keyboard.press('/');
		expect(await focused(page)).toBe('search');
		await page.keyboard.type('question 1');
		await waitCount(page, '66 of 360 replies');
		await page.keyboard.press('Escape');
		await waitCount(page, '360 of 360 replies');
		const reached: unknown[] = [];
		for (let i = 0; i < 40 && reached.at(-1) !== 'grid'; i++) {
			await page.keyboard.press('Tab');
			reached.push(await focused(page));
		}
		expect(reached.filter(Boolean)).toEqual([
			'filter-experiment',
			'filter-mult',
			'filter-label',
			'filter-change',
			'filter-min',
			'filter-max',
			'sort',
			'direction',
			'clear',
			'grid',
		]);
		expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
		await page.keyboard.press('ArrowDown');
		expect(await selected(page)).toBe('3');
		expect(await page.locator('#grid').getAttribute('aria-activedescendant')).toBe(
			await page.locator('[aria-selected=true]').getAttribute('id'),
		);
		await page.keyboard.press('End');
		expect(await selected(page)).toBe('361');
		await page.keyboard.press('PageUp');
		expect(Number(await selected(page))).toBeLessThan(361);
		await page.keyboard.press('Home');
		expect(await selected(page)).toBe('2');
		await page.keyboard.press('ArrowUp');
		expect(await selected(page)).toBe('2');
		await page.keyboard.press('Enter');
		expect(await page.locator('[aria-expanded=true]').count()).toBe(1);
		await page.keyboard.press('Escape');
		expect(await page.locator('[aria-expanded=true]').count()).toBe(0);
	});

	test('an expanded row shows all of a long reply, and the rows below make room', async () => {
		const page = await show({ words: 900 });
		await page.locator('#grid').focus();
		await page.keyboard.press('Enter');
		const box = await page.locator('[aria-rowindex="2"].row').last().boundingBox();
		expect(box!.height).toBeGreaterThan(600);
		await page.keyboard.press('ArrowDown');
		// Both at one moment: the page itself may still be scrolling.
		const [bottom, top] = (await page.evaluate(
			`['[aria-rowindex="2"]', '[aria-selected=true]'].map((row) => document.querySelector('#grid-canvas ' + row)
				.getBoundingClientRect()).map(({ top, bottom }, i) => (i === 0 ? bottom : top))`,
		)) as [number, number];
		expect(top).toBeCloseTo(bottom, 0);
	});

	test('100,000 replies: few rows in the document, the last in reach, search at once', async () => {
		const page = await show({ experiments: 4, mults: [-2, -1, 0, 1, 2], prompts: 1000, repeats: 5, words: 40 });
		await waitCount(page, '100,000 of 100,000 replies');
		expect(await page.locator('#grid').getAttribute('aria-rowcount')).toBe('100001');
		expect(await rows(page).count()).toBeLessThan(40);
		await page.locator('#grid').focus();
		await page.keyboard.press('End');
		expect(await selected(page)).toBe('100001');
		expect(await page.locator('[aria-selected=true]').isVisible()).toBe(true);
		expect(await rows(page).count()).toBeLessThan(40);
		await page.evaluate('document.getElementById("grid").scrollTop = document.getElementById("grid").scrollHeight / 2');
		await page.locator('[aria-rowindex="50000"]').waitFor();
		expect(await rows(page).count()).toBeLessThan(40);
		await page.locator('#search').fill('question 77:');
		await waitCount(page, '100 of 100,000 replies');
		expect(await selected(page)).toBe('2');
		// On paper, as many as one reads on paper.
		await page.locator('#clear').click();
		await page.emulateMedia({ media: 'print' });
		await expect.poll(() => rows(page).count()).toBeGreaterThan(80);
		expect(await rows(page).count()).toBeLessThan(200);
		await page.emulateMedia({ media: 'screen' });
		await expect.poll(() => rows(page).count()).toBeLessThan(40);
		// Rows are taller on a narrow screen, and the list longer than a browser lets an element be.
		await page.setViewportSize({ width: 390, height: 844 });
		for (const [key, row] of [
			['End', '100001'],
			['ArrowUp', '100000'],
			['Home', '2'],
		] as const) {
			await page.locator('#grid').press(key);
			expect(await selected(page)).toBe(row);
			const [shown, seen] = await Promise.all([
				page.locator('[aria-selected=true]').boundingBox(),
				page.locator('#grid').boundingBox(),
			]);
			expect(shown!.y).toBeGreaterThanOrEqual(seen!.y - 1);
			expect(shown!.y + shown!.height).toBeLessThanOrEqual(seen!.y + seen!.height + 1);
		}
	});

	test('300 experiments of 11 multipliers stay light', async () => {
		const page = await show({ experiments: 300, mults: [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5], prompts: 1 });
		await waitCount(page, '3,300 of 3,300 replies');
		expect(Number(await page.evaluate('document.querySelectorAll("main *").length'))).toBeLessThan(3000);
		expect(await page.locator('#runs-content table').count()).toBe(0);
		await page.getByRole('button', { name: 'Show all 300 experiments' }).click();
		expect(await page.locator('#runs-content > .list > details').count()).toBe(300);
	});

	test('pictures follow the theme, and carry their figures', async () => {
		const page = await show({}, { colorScheme: 'light' });
		const image = page.locator('#pictures-content img').first();
		await image.scrollIntoViewIfNeeded();
		await expect.poll(() => page.evaluate('document.querySelector("#pictures-content img").naturalWidth')).toBe(560);
		expect(await image.getAttribute('src')).toContain(encodeURIComponent('#fff'));
		await page.emulateMedia({ colorScheme: 'dark' });
		await expect.poll(() => image.getAttribute('src')).toContain('14171b');
		await page.locator('#theme').selectOption('light');
		expect(await image.getAttribute('src')).toContain(encodeURIComponent('#fff'));
		expect(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor')).toBe(
			'rgb(255, 255, 255)',
		);
		await page.locator('#theme').selectOption('auto');
		expect(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor')).toBe('rgb(22, 24, 29)');
		await page.locator('figure summary').first().click();
		await page.locator('figure').first().locator('table').waitFor();
		expect(await page.locator('figure').first().locator('tbody tr').count()).toBe(3);
	});

	test('says what is not there: replies, scores, an unsteered multiplier', async () => {
		const none = await show({ experiments: 0 });
		await none.getByText('No replies: no response file was found.').waitFor();
		await none.getByText('No experiments were found.').waitFor();
		const unscored = await show({ experiments: 1, scale: 'none' });
		await unscored.getByText('No pictures: nothing here is scored.').waitFor();
		expect(await unscored.locator('#part-score').isVisible()).toBe(false);
		expect(await unscored.locator('#runs-content details[open]').count()).toBe(1);
		const steeredOnly = await show({ mults: [1, 2] });
		await steeredOnly.getByText('No setting has both scores and an unsteered multiplier').waitFor();
		expect(await rows(steeredOnly).first().locator('.unsteered').textContent()).toBe('no unsteered reply');
		expect(await steeredOnly.locator('#part-change').isVisible()).toBe(false);
	});

	test('a file cut short says so', async () => {
		const { data, replies } = report();
		const html = (await htmlFile(data, replies)).join('').replace(/(id="report-replies">.{100})[^<]*/, '$1');
		const { page, problems, close } = await openReport([html], { browser });
		await page.getByText('This report cannot be shown').waitFor();
		expect(problems).toHaveLength(1);
		await close();
	});

	test.each([
		['1280 px, light', 1280, 'light'],
		['1280 px, dark', 1280, 'dark'],
		['390 px, light', 390, 'light'],
		['390 px, dark', 390, 'dark'],
	] as const)('looks right at %s', async (name, width, colorScheme) => {
		const height = width === 390 ? 844 : 900;
		const page = await show({ words: 60, experiments: 3 }, { width, height, colorScheme });
		expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
		const shots = new URL(`shots/${name.replace(/ px, /, '-')}`, import.meta.url).pathname;
		await page.locator('#runs-content summary').first().click();
		for (const image of await page.locator('#pictures-content img').all()) await image.scrollIntoViewIfNeeded();
		await page.screenshot({ path: `${shots}-page.png`, fullPage: true });
		await page.locator('#search').fill('question');
		await waitCount(page, '54 of 54');
		await page.locator('#grid').scrollIntoViewIfNeeded();
		await page.locator('#grid').focus();
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('ArrowDown');
		await page.screenshot({ path: `${shots}-rows.png` });
		await page.keyboard.press('Enter');
		await page.screenshot({ path: `${shots}-expanded.png` });
		expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
	});
});
