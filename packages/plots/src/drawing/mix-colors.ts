type Rgb = [number, number, number];

/** The colour a share of the way from one `#rrggbb` to another. @param share 0 to 1 */
export function mixColors(from: string, to: string, share: number): string {
	const [a, b] = [rgbOf(from), rgbOf(to)];
	return `#${a.map((value, i) => hex(value + (b[i]! - value) * share)).join('')}`;
}

/** Contrast of two colours, 1 to 21 (WCAG 2.2, contrast ratio). */
export function contrast(one: string, other: string): number {
	const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
	return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
	const [r, g, b] = rgbOf(color).map((value) => {
		const share = value / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	}) as Rgb;
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function rgbOf(color: string): Rgb {
	const numbers = color.startsWith('#')
		? [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))
		: color.match(/\d+/g)!.map(Number);
	return numbers.slice(0, 3) as Rgb;
}

const hex = (value: number) => Math.round(value).toString(16).padStart(2, '0');
