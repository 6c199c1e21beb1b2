import { Resvg } from '@resvg/resvg-js';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { FONT_OPTIONS } from './fonts.js';
import { textWidth } from './text-width.js';

/** Pixels of the PNG for one of the SVG. */
const SCALE = 2;

type MeasureText = (item: { fontSize?: number; fontWeight?: number | string }, text: unknown) => number;

// Without a canvas vega guesses widths, a third too wide, and leaves room for its guess. (Its types leave this out.)
const { textMetrics } = vega as unknown as { textMetrics: { width: MeasureText } };
textMetrics.width = ({ fontSize = 11, fontWeight }, text) =>
	textWidth(String(text ?? ''), fontSize, Number(fontWeight) >= 600 ? 600 : 400);

/** A view of a vega-lite specification without a window; `finalize` it after use. */
export function headlessView(spec: TopLevelSpec, logger = vega.logger(vega.Warn)): vega.View {
	return new vega.View(vega.parse(compile(spec, { logger }).spec), { renderer: 'none', logger });
}

/** Draws a vega-lite specification as SVG. The same specification gives the same bytes. */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
	vega.resetSVGDefIds();
	const view = headlessView(spec);
	try {
		return await view.toSVG();
	} finally {
		view.finalize();
	}
}

/** Draws an SVG as PNG at twice its size, with the bundled font only. @param background a CSS colour */
export function renderPng(svg: string, background: string): Uint8Array {
	return new Resvg(svg, { fitTo: { mode: 'zoom', value: SCALE }, background, font: FONT_OPTIONS }).render().asPng();
}
