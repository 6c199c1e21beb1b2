import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { BROWSER, BROWSER_FLAGS, NO_BROWSER } from './chromium.js';

export interface PageLook {
	/** CSS pixels. Default: 1280 by 900. */
	width?: number;
	height?: number;
	/** Default: light. */
	colorScheme?: 'light' | 'dark';
	/** A touch screen. Default: false. */
	touch?: boolean;
	/** A browser of {@link launchBrowser} that stays open. Default: one of the page's own. */
	browser?: Browser;
}

export interface OpenPage {
	page: Page;
	/** Warnings and errors of its console, exceptions, and requests that are not of a file. Tests expect none. */
	problems: string[];
	/** Closes the page, and the browser that is its own. */
	close: () => Promise<void>;
}

const LOCAL = ['file:', 'data:', 'blob:'];

/** A browser for many pages, each with a fresh profile; `close` it after use. Where BROWSER is undefined, it throws. */
export async function launchBrowser(): Promise<Browser> {
	if (!BROWSER) throw new Error(NO_BROWSER);
	return await chromium.launch({ executablePath: BROWSER, headless: true, args: BROWSER_FLAGS });
}

/** Opens a file with a fresh profile. @param path of an HTML file */
export async function openPage(path: string, look: PageLook = {}): Promise<OpenPage> {
	const { width = 1280, height = 900, colorScheme = 'light', touch = false } = look;
	const browser = look.browser ?? (await launchBrowser());
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
	page.on('dialog', (dialog) => {
		problems.push(`dialog: ${dialog.message()}`);
		void dialog.dismiss();
	});
	await page.goto(pathToFileURL(path).href);
	return { page, problems, close: () => (look.browser ? context.close() : browser.close()) };
}
