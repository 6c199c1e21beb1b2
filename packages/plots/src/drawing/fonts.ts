import { fileURLToPath } from 'node:url';

const fontFile = (name: string) => fileURLToPath(new URL(`../../fonts/${name}`, import.meta.url));

/**
 * Inter (SIL Open Font License, fonts/OFL.txt), its Latin letters, and no font of the system: the same pixels on every
 * machine. resvg reads TrueType only, so the files are `@fontsource/inter` 5.3.0's, unpacked from WOFF2.
 */
export const FONT_OPTIONS = {
	fontFiles: [fontFile('Inter-Regular.ttf'), fontFile('Inter-SemiBold.ttf')],
	loadSystemFonts: false,
	defaultFontFamily: 'Inter',
};
