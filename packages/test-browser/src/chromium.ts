import { accessSync, constants } from 'node:fs';

const CANDIDATES = [
	'/usr/bin/chromium',
	'/usr/bin/chromium-browser',
	'/usr/bin/google-chrome',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const named = process.env.STEERING_CHROMIUM;

/** Path of the browser, or undefined. STEERING_CHROMIUM names one, and then no other is tried. */
export const BROWSER = (named ? [named] : CANDIDATES).find(isExecutable);

/** Why a test of pages is skipped where BROWSER is undefined. */
export const NO_BROWSER = named
	? `STEERING_CHROMIUM=${named} cannot be run`
	: 'Chromium is not installed: apt-get install chromium, or set STEERING_CHROMIUM';

/** A browser that talks to nobody. The sandbox needs rights that containers lack; pages here are our own. */
export const BROWSER_FLAGS = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
