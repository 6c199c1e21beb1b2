import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const PLACES = [
	process.env.STEERING_CHROMIUM,
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Undefined where this machine has none. */
export const CHROMIUM = PLACES.find((place) => place && existsSync(place));

const FLAGS = [
	'--headless',
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM!, args: FLAGS });

export interface OpenPage {
	page: Page;
	/** Whatever a page must not do: errors of the console and of scripts, requests to anywhere. */
	wrongs: string[];
	close(): Promise<void>;
}

/** Opens HTML from a file, as a reader does. */
export async function open(browser: Browser, html: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
	const folder = await mkdtemp(join(tmpdir(), 'report-page-'));
	const file = join(folder, 'report.html');
	await writeFile(file, html);
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
	const page = await context.newPage();
	const wrongs: string[] = [];
	page.on('console', (message) => {
		if (['error', 'warning'].includes(message.type())) wrongs.push(message.text());
	});
	page.on('pageerror', (error) => wrongs.push(error.message));
	page.on('dialog', (dialog) => {
		wrongs.push(`dialog ${dialog.message()}`);
		void dialog.dismiss();
	});
	page.on('request', (request) => {
		if (!/^(file|data):/.test(request.url())) wrongs.push(`request ${request.url()}`);
	});
	await page.goto(pathToFileURL(file).href);
	const read = page.locator('#replies-message').filter({ hasNotText: 'Reading' });
	await read.or(page.locator('#failure:not([hidden])')).first().waitFor({ state: 'attached' });
	const close = async () => {
		await context.close();
		await rm(folder, { recursive: true });
	};
	return { page, wrongs, close };
}
