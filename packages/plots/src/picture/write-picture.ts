import { join } from 'node:path';
import { writeFileAtomic } from '@steering/core/artifacts';
import type { Theme } from '../drawing/theme.js';
import type { Picture, PlotFile } from './picture.js';

/**
 * Draws a picture and writes it into `folder`: the specification first, what is made of it after. The dark theme's files
 * end in `_dark` and lie beside the light ones; the page holds both themes.
 */
export async function writePicture(picture: Picture, folder: string, theme: Theme): Promise<PlotFile> {
	const [{ renderPng, renderSvg }, { htmlPage }] = await Promise.all([
		import('../drawing/render.js'),
		import('../html/html-page.js'),
	]);
	const spec = picture.spec(theme);
	const svg = await renderSvg(spec);
	const name = join(folder, picture.name);
	const themed = theme.name === 'dark' ? `${name}_dark` : name;
	const plot = {
		...{ picture, spec: `${themed}.vl.json`, svg: `${themed}.svg`, png: `${themed}.png` },
		html: `${name}.html`,
	};
	await writeFileAtomic(plot.spec, `${JSON.stringify(spec, null, '\t')}\n`);
	await writeFileAtomic(plot.svg, svg);
	await writeFileAtomic(plot.png, renderPng(svg, theme.background));
	await writeFileAtomic(plot.html, await htmlPage(picture));
	return plot;
}
