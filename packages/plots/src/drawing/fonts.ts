import { fileURLToPath } from 'node:url';

const fontFile = (name: string) => fileURLToPath(new URL(`../../fonts/${name}`, import.meta.url));

/**
 * Inter (SIL Open Font License, fonts/OFL.txt), its Latin letters, and no font of the system: the same pixels on every
 * machine. resvg reads TrueType only, so the files are `@fontsource/inter` 5.3.0's, unpacked from WOFF2.
 */
export const FONT_FILES = [
	{ path: fontFile('Inter-Regular.ttf'), weight: 400 },
	{ path: fontFile('Inter-SemiBold.ttf'), weight: 600 },
] as const;

/** For resvg. */
export const FONT_OPTIONS = {
	fontFiles: FONT_FILES.map(({ path }) => path),
	loadSystemFonts: false,
	defaultFontFamily: 'Inter',
};
