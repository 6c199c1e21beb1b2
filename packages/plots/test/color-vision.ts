type Rgb = [red: number, green: number, blue: number];

/** Linear light, 0..1, of `#rrggbb` (sRGB, IEC 61966-2-1). */
export function linear(hex: string): Rgb {
	return [1, 3, 5].map((at) => {
		const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
		return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
	}) as Rgb;
}

const times = (matrix: readonly Rgb[], [r, g, b]: Rgb) =>
	matrix.map((row) => row[0] * r + row[1] * g + row[2] * b) as Rgb;

/** What eyes without one kind of cone see: Machado, Oliveira and Fernandes 2009, severity 1, on linear light. */
export const VISIONS = {
	all: [
		[1, 0, 0],
		[0, 1, 0],
		[0, 0, 1],
	],
	protanopia: [
		[0.152286, 1.052583, -0.204868],
		[0.114503, 0.786281, 0.099216],
		[-0.003882, -0.048116, 1.051998],
	],
	deuteranopia: [
		[0.367322, 0.860646, -0.227968],
		[0.280085, 0.672501, 0.047413],
		[-0.01182, 0.04294, 0.968881],
	],
	tritanopia: [
		[1.255528, -0.076749, -0.178779],
		[-0.078411, 0.930809, 0.147602],
		[0.004733, 0.691367, 0.3039],
	],
} satisfies Record<string, readonly Rgb[]>;
export type Vision = keyof typeof VISIONS;

/** WCAG 2's relative luminance, 0..1. */
export function luminance(hex: string): number {
	const [r, g, b] = linear(hex);
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2's contrast ratio, 1..21; text needs 4.5, lines 3. */
export function contrast(a: string, b: string): number {
	const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
	return (high + 0.05) / (low + 0.05);
}

const TO_XYZ: Rgb[] = [
	[0.4124564, 0.3575761, 0.1804375],
	[0.2126729, 0.7151522, 0.072175],
	[0.0193339, 0.119192, 0.9503041],
];
const WHITE = times(TO_XYZ, [1, 1, 1]);

function lab(light: Rgb): Rgb {
	const clipped = light.map((value) => Math.min(1, Math.max(0, value))) as Rgb;
	const [x, y, z] = times(TO_XYZ, clipped).map((value, axis) => {
		const ratio = value / WHITE[axis]!;
		return ratio > (6 / 29) ** 3 ? Math.cbrt(ratio) : ratio / (3 * (6 / 29) ** 2) + 4 / 29;
	}) as Rgb;
	return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** CIE 1976 distance of two colours as such eyes see them; some 2.3 is just noticeable. */
export function distance(a: string, b: string, vision: Vision): number {
	const [from, to] = [a, b].map((hex) => lab(times(VISIONS[vision], linear(hex)))) as [Rgb, Rgb];
	return Math.hypot(...from.map((value, axis) => value - to[axis]!));
}
