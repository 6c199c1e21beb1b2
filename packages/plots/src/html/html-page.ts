import { createHash } from 'node:crypto';
import { compile, type TopLevelSpec } from 'vega-lite';
import { fontFaces } from '../drawing/font-faces.js';
import { THEMES } from '../drawing/theme.js';
import type { Picture } from '../picture/picture.js';
import { escapeHtml, jsonForScript } from './escape.js';
import type { PageData } from './page/page-data.js';
import { pageScript } from './page-script.js';
import { pageStyle } from './style.js';
import { tableHtml } from './table.js';

/**
 * A picture as one file to open in a browser, by hand or from a disk without a network: figures and example replies at the
 * pointer, light and dark, the figures as a table. Its policy lets nothing load and runs this one script.
 */
export async function htmlPage({ name, spec, figures, table }: Picture): Promise<string> {
	const [script, fonts] = await Promise.all([pageScript(), fontFaces()]);
	const [light, dark] = [spec(THEMES.light), spec(THEMES.dark)];
	const data: PageData = {
		name,
		source: JSON.stringify(light, null, 2),
		specs: { light: compile(light).spec, dark: compile(dark).spec },
		figures,
	};
	const title = escapeHtml(titleOf(light));
	const policy = `default-src 'none'; script-src 'sha256-${sha256(script)}'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'`;
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<!-- Holds Vega and vega-embed (BSD-3-Clause, University of Washington Interactive Data Lab), D3 (ISC, Mike Bostock) and Inter (SIL Open Font License 1.1). -->
<style>${pageStyle(fonts)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<div id="chart" tabindex="0" role="group" aria-label="Picture. Arrow keys go from point to point."></div>
<div class="below"><span><span id="hint" hidden>Hover, tap or press the arrow keys for ${figures.length > 0 ? 'a point’s figures and replies' : 'a point’s figures'}.</span></span><button id="theme" type="button">Dark</button></div>
<noscript>The picture needs scripts; its figures are below.</noscript>
<details><summary>Figures as a table</summary>${tableHtml(table)}</details>
<details><summary>Vega-Lite specification</summary><pre id="source"></pre></details>
</main>
<div id="ring" hidden></div>
<div id="tip" role="status" hidden></div>
<script id="data" type="application/json">${jsonForScript(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64');

/** Text of a specification's title, and the settings its description names. */
function titleOf({ title, description }: TopLevelSpec): string {
	const text = typeof title === 'object' && title !== null && 'text' in title ? title.text : title;
	const words = Array.isArray(text) ? text.join(' ') : typeof text === 'string' ? text : '';
	return [words, description].filter(Boolean).join(' · ');
}
