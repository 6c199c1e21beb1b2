import { readFile } from 'node:fs/promises';
import { FONT_OPTIONS } from '@steering/plots';

/** `@font-face` rules with the pictures' font in them, so that text is as wide as it was measured. */
export async function pictureStyle(): Promise<string> {
	const { fontFiles, defaultFontFamily } = FONT_OPTIONS;
	const faces = fontFiles.map(async (path) => {
		const weight = path.includes('SemiBold') ? 600 : 400;
		const source = `data:font/ttf;base64,${(await readFile(path)).toString('base64')}`;
		return `@font-face{font-family:${defaultFontFamily};font-weight:${weight};src:url(${source})}`;
	});
	return (await Promise.all(faces)).join('');
}
