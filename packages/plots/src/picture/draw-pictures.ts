import { SteeringError } from '@steering/core/errors';
import type { TopLevelSpec } from 'vega-lite';
import { THEMES } from '../drawing/theme.js';
import { PLOT_KIND_NAMES, PLOT_KINDS, type PlotKindName } from '../kinds/index.js';
import type { ScoredSet } from '../responses/scored-sets.js';
import type { Picture } from './picture.js';

/** A picture as SVG text, in either theme. */
export interface DrawnPicture {
	picture: Picture;
	title: string;
	light: string;
	dark: string;
}

export interface DrawPicturesOptions {
	/** The folder with responses/, acts/ and vecs/ in it. */
	artifacts: string;
	scored: readonly ScoredSet[];
	signal?: AbortSignal | undefined;
	/** Told of each file that could not be drawn, and of kinds that cannot draw what is there. */
	onProblem: (problem: SteeringError) => void;
}

/** Draws the pictures of every kind that has something to draw, without writing them. */
export async function drawPictures(options: DrawPicturesOptions): Promise<DrawnPicture[]> {
	const drawn: DrawnPicture[] = [];
	for (const kind of PLOT_KIND_NAMES) {
		for (const picture of await picturesOf(kind, options)) {
			options.signal?.throwIfAborted();
			drawn.push(await drawPicture(picture));
		}
	}
	return drawn;
}

/** Kinds that tell of one settings alone what its own picture tells better. */
const OF_SEVERAL: readonly PlotKindName[] = ['compare', 'layers', 'heatmap'];

/** None where there is nothing of what the kind draws. */
async function picturesOf(kind: PlotKindName, { scored, ...input }: DrawPicturesOptions): Promise<Picture[]> {
	const draw = await PLOT_KINDS[kind]();
	const everything = { selects: () => true, filter: {}, scored: async () => [...scored], onNote: () => {} };
	try {
		const pictures = await draw({ ...input, ...everything });
		return OF_SEVERAL.includes(kind) ? pictures.filter(({ settings }) => settings.length > 1) : pictures;
	} catch (error) {
		if (!(error instanceof SteeringError)) throw error;
		if (error.code !== 'ERR_MISSING_INPUT') input.onProblem(error);
		return [];
	}
}

async function drawPicture(picture: Picture): Promise<DrawnPicture> {
	const { renderSvg } = await import('../drawing/render.js');
	const light = picture.spec(THEMES.light);
	const dark = picture.spec(THEMES.dark);
	return { picture, title: titleIn(light) ?? picture.name, light: await renderSvg(light), dark: await renderSvg(dark) };
}

/** The lines of a specification's title, as one. */
function titleIn({ title }: TopLevelSpec): string | undefined {
	const text = typeof title === 'object' && 'text' in title ? title.text : title;
	if (Array.isArray(text)) return text.join(' ');
	return typeof text === 'string' ? text : undefined;
}
