import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { pageBody } from '../page/body.js';
import { pageStyle } from '../page/style.js';
import { DATA_ELEMENT, REPLIES_ELEMENT, type ReportData, type ReportReplies } from '../report-data.js';
import { bundlePage } from './bundle-page.js';

/**
 * The whole file: no text of the data is in it but as base64, in which nothing can end an element. The policy lets one
 * script run, ours, and lets nothing be loaded.
 */
export async function htmlFile(data: ReportData, replies: ReportReplies): Promise<string[]> {
	const script = await bundlePage();
	const policy = [
		"default-src 'none'",
		`script-src '${hashOf(script)}'`,
		"style-src 'unsafe-inline'",
		'img-src data:',
		'font-src data:',
		"base-uri 'none'",
		"form-action 'none'",
	].join('; ');
	return [
		`<!doctype html>\n<html lang="en"><head><meta charset="utf-8">`,
		`<meta http-equiv="Content-Security-Policy" content="${policy}">`,
		`<meta name="viewport" content="width=device-width, initial-scale=1"><title>Report</title>`,
		`<style>${pageStyle}</style></head><body>${pageBody}`,
		dataElement(DATA_ELEMENT, data),
		dataElement(REPLIES_ELEMENT, replies),
		`<script>${script}</script></body></html>\n`,
	];
}

function dataElement(id: string, value: unknown): string {
	const base64 = deflateRawSync(JSON.stringify(value)).toString('base64');
	return `<script type="application/octet-stream" id="${id}">${base64}</script>`;
}

const hashOf = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
