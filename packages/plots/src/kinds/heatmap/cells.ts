import { scheme } from 'vega';
import { contrast } from '../../drawing/mix-colors.js';
import type { Theme } from '../../drawing/theme.js';
import type { Figure } from '../../responses/figures.js';
import { type LayerSweep, layerWords, multsOf } from '../layer-sweeps.js';

/** Perceptually uniform, and the same to any colour vision (van der Walt and Smith, 2015). */
export const SCHEME = 'viridis';

/** One layer at one multiplier; `mean` null where it was not run. */
export interface Cell {
	layer: number;
	/** The layer in words. */
	of: string;
	label: Figure['label'];
	mult: number;
	mean: number | null;
	run: boolean;
	/** What is printed: per cent, or a judge's score. */
	text: string;
	/** The text's colour. */
	ink: string;
}

/** Every combination of a sweep's layers and multipliers, for prompts of one label. */
export function cellsOf(sweep: LayerSweep, label: Figure['label'], top: number, theme: Theme): Cell[] {
	const mults = multsOf(sweep);
	return sweep.layers.flatMap(({ layer, settings, files }) => {
		const place = { layer, of: layerWords({ layer, settings }), label };
		return mults.map((mult) => {
			const figures = files.find((file) => file.mult + 0 === mult)?.figures;
			const mean = figures?.find((figure) => figure.label === label)?.mean ?? null;
			if (mean === null) return { ...place, mult, mean, run: false, text: '×', ink: theme.ink.quiet };
			return { ...place, mult, mean, run: true, text: cellText(mean, top), ink: inkOn(mean / top, theme) };
		});
	});
}

const cellText = (mean: number, top: number) => (top === 1 ? `${Math.round(100 * mean)}` : mean.toFixed(1));

/** The theme's ink that is read best on a colour of the scheme. @param share 0 to 1 */
function inkOn(share: number, { ink, background }: Theme): string {
	const color = (scheme(SCHEME) as (share: number) => string)(share);
	return contrast(ink.text, color) > contrast(background, color) ? ink.text : background;
}
