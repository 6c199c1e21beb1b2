import type { TopLevelSpec } from 'vega-lite';
import { THEMES } from '../drawing/theme.js';
import { PLOT_KIND_NAMES, PLOT_KINDS } from '../kinds/index.js';
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
	/** Told what could not be drawn, and why. */
	onNote: (note: string) => void;
}

/** Draws the pictures of every kind that has something to draw, without writing them. */
export async function drawPictures({ scored, ...input }: DrawPicturesOptions): Promise<DrawnPicture[]> {
	const drawn: DrawnPicture[] = [];
	for (const kind of PLOT_KIND_NAMES) {
		const draw = await PLOT_KINDS[kind]();
		const pictures = await draw({ ...input, selects: () => true, scored: async () => [...scored] });
		for (const picture of pictures) {
			input.signal?.throwIfAborted();
			drawn.push(await drawPicture(picture));
		}
	}
	return drawn;
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
