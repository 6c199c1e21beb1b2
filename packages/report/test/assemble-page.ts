import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { build } from 'esbuild';
import { pageBody } from '../src/page/body.js';
import { pageStyle } from '../src/page/style.js';
import { DATA_ELEMENT, REPLIES_ELEMENT, type ReportData, type ReportReplies } from '../src/report-data.js';

const ENTRY = fileURLToPath(new URL('../src/page/page.ts', import.meta.url));

/** The whole file of a report. */
export async function assemblePage(data: ReportData, replies: ReportReplies): Promise<string> {
	const { outputFiles } = await build({
		entryPoints: [ENTRY],
		bundle: true,
		minify: true,
		format: 'iife',
		target: 'es2022',
		charset: 'utf8',
		write: false,
	});
	const script = outputFiles[0]!.text.replaceAll('</script', '<\\/script');
	const hash = createHash('sha256').update(script).digest('base64');
	const csp = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:; font-src data:`;
	const holder = (id: string, value: unknown) =>
		`<script type="application/octet-stream" id="${id}">${deflateRawSync(JSON.stringify(value)).toString('base64')}</script>`;
	return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${csp}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Report</title><style>${pageStyle}</style></head>
<body>${pageBody}${holder(DATA_ELEMENT, data)}${holder(REPLIES_ELEMENT, replies)}<script>${script}</script></body></html>`;
}
