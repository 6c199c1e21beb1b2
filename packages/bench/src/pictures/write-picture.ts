import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '@steering/core/artifacts';
import { renderPng, renderSvg, THEME_NAMES, THEMES, type Theme } from '@steering/plots';
import type { TopLevelSpec } from 'vega-lite';

/** Draws NAME.png and NAME-dark.png into a folder; returns their paths. */
export async function writePicture(
	name: string,
	folder: string,
	spec: (theme: Theme) => TopLevelSpec,
): Promise<string[]> {
	mkdirSync(folder, { recursive: true });
	const paths: string[] = [];
	for (const themeName of THEME_NAMES) {
		const theme = THEMES[themeName];
		const path = join(folder, `${name}${themeName === 'light' ? '' : `-${themeName}`}.png`);
		await writeFileAtomic(path, renderPng(await renderSvg(spec(theme)), theme.background));
		paths.push(path);
	}
	return paths;
}
