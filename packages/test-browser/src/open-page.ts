import { pathToFileURL } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { BROWSER, BROWSER_FLAGS, NO_BROWSER } from './chromium.js';

export interface PageLook {
	/** CSS pixels. Default: 1280 by 900. */
	width?: number;
	height?: number;
	/** Default: light. */
	colorScheme?: 'light' | 'dark';
	/** A touch screen. Default: false. */
	touch?: boolean;
}

export interface OpenPage {
	page: Page;
	/** Warnings and errors of its console, exceptions, and requests that are not of a file. Tests expect none. */
	problems: string[];
	/** Ends the browser. */
	close: () => Promise<void>;
}

const LOCAL = ['file:', 'data:', 'blob:'];

/** Opens a file in a browser of its own, with a fresh profile. @param path of an HTML file */
export async function openPage(path: string, look: PageLook = {}): Promise<OpenPage> {
	if (!BROWSER) throw new Error(NO_BROWSER);
	const { width = 1280, height = 900, colorScheme = 'light', touch = false } = look;
	const browser = await chromium.launch({ executablePath: BROWSER, headless: true, args: BROWSER_FLAGS });
	const context = await browser.newContext({ viewport: { width, height }, colorScheme, hasTouch: touch });
	const page = await context.newPage();
	const problems: string[] = [];
	page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
	page.on('console', (message) => {
		if (['error', 'warning'].includes(message.type())) problems.push(`console: ${message.text()}`);
	});
	// Noted, and not let out.
	await context.route(
		(url) => !LOCAL.includes(url.protocol),
		(route) => {
			problems.push(`request: ${route.request().url()}`);
			return route.abort();
		},
	);
	await page.goto(pathToFileURL(path).href);
	return { page, problems, close: () => browser.close() };
}
