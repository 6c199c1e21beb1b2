import { join } from 'node:path';
import { writeFileAtomic } from '@steering/core/artifacts';
import type { Theme } from '../drawing/theme.js';
import type { Picture, PlotFile } from './picture.js';

/** Draws a picture and writes it into `folder`: the specification first, what is made of it after. */
export async function writePicture(picture: Picture, folder: string, theme: Theme): Promise<PlotFile> {
	const { renderPng, renderSvg } = await import('../drawing/render.js');
	const spec = picture.spec(theme);
	const svg = await renderSvg(spec);
	const path = (extension: string) => join(folder, picture.name + extension);
	const plot = { picture, spec: path('.vl.json'), svg: path('.svg'), png: path('.png') };
	await writeFileAtomic(plot.spec, `${JSON.stringify(spec, null, '\t')}\n`);
	await writeFileAtomic(plot.svg, svg);
	await writeFileAtomic(plot.png, renderPng(svg, theme.background));
	return plot;
}
