import { readFile } from 'node:fs/promises';
import { FONT_FILES } from './fonts.js';

let faces: Promise<string> | undefined;

/** `@font-face` rules with the pictures' font in them: in a page, text is then as wide as it was measured. */
export function fontFaces(): Promise<string> {
	faces ??= Promise.all(
		FONT_FILES.map(async ({ path, weight }) => {
			const data = (await readFile(path)).toString('base64');
			return `@font-face{font-family:Inter;font-weight:${weight};src:url(data:font/ttf;base64,${data})}`;
		}),
	).then((rules) => rules.join('\n'));
	return faces;
}
