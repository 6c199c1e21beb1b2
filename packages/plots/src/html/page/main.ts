/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import embed, { type Result } from 'vega-embed';
import type { ThemeName } from '../../drawing/theme.js';
import { hoverPoints } from './hover.js';
import type { PageData } from './page-data.js';
import { pointsOf } from './points.js';
import { createTip } from './tip.js';

const element = (id: string) => document.getElementById(id)!;
const data: PageData = JSON.parse(element('data').textContent!);
const chart = element('chart');
const tip = createTip();
const prefersDark = matchMedia('(prefers-color-scheme: dark)');

/** One drawing after another: two at once would both land in the page. */
let drawing = Promise.resolve();
let drawn: Result | undefined;
let stopHover = () => {};

element('theme').addEventListener('click', () => show(document.documentElement.dataset.theme !== 'dark'));
prefersDark.addEventListener('change', () => show(prefersDark.matches));
element('source').textContent = data.source;
show(prefersDark.matches);

function show(dark: boolean) {
	const theme = dark ? 'dark' : 'light';
	document.documentElement.dataset.theme = theme;
	element('theme').textContent = dark ? 'Light' : 'Dark';
	drawing = drawing.then(() => draw(theme));
}

async function draw(theme: ThemeName) {
	// Vega measures text when it draws: by then its font has to be there.
	await Promise.all([document.fonts.load('400 12px Inter'), document.fonts.load('600 12px Inter')]);
	stopHover();
	drawn?.finalize();
	drawn = await embed(chart, data.specs[theme], {
		mode: 'vega',
		renderer: 'svg',
		// Expressions are interpreted: the page's policy forbids making code of text.
		ast: true,
		// The menu's source view writes the specification as HTML, and its editor is a site: both are left out.
		actions: { export: true, source: false, compiled: false, editor: false },
		downloadFileName: data.name,
		scaleFactor: { png: 2 },
		tooltip: tip.ofVega,
		hover: false,
	});
	const svg = chart.querySelector<SVGSVGElement>('svg.marks')!;
	chart.style.setProperty('--natural', `${svg.viewBox.baseVal.width}px`);
	const points = pointsOf(drawn.view, data.figures);
	element('hint').hidden = points.length === 0;
	stopHover = hoverPoints({ chart, svg, points, tip });
	document.documentElement.dataset.drawn = theme;
}
