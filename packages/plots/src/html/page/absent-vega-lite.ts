/**
 * In place of vega-lite, which vega-embed imports: pages hold specifications that are compiled to vega already, and are a
 * quarter of a megabyte smaller without it.
 */
export const version = '6.0.0';

export function compile(): never {
	throw new Error('this page draws vega specifications only');
}
