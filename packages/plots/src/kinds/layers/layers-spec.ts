import type { TopLevelSpec } from 'vega-lite';
import { LABEL_OFFSET, lineLabelLayers } from '../../drawing/line-labels.js';
import { labelTitle, panelPage, panelTitle } from '../../drawing/panels.js';
import { pointMark } from '../../drawing/point-mark.js';
import { sampleWords } from '../../drawing/sample-words.js';
import { methodOf, titleOf } from '../../drawing/settings-words.js';
import { textWidth } from '../../drawing/text-width.js';
import { FONT_SIZE, SIZE, type Theme } from '../../drawing/theme.js';
import { xTicks } from '../../drawing/x-axis.js';
import { type LayerSweep, layerTitle, multsOf } from '../layer-sweeps.js';
import type { LayerEffect, LayerEffects } from './layer-effects.js';
import { multLabels, multWords, type StyledMult } from './mult-labels.js';
import { multStyle } from './mult-styles.js';

const SMALL = { width: 380, height: 300 };
const AXIS_ROOM = 52;

type Size = { width: number; height: number };

/** Effect against layer: a line for each multiplier, a panel for each label. */
export function layersSpec(sweep: LayerSweep, effects: LayerEffects, usermeta: object, theme: Theme): TopLevelSpec {
	const { relative, points } = effects;
	const labels = [...new Set(points.map(({ label }) => label))];
	const size = labels.length === 1 ? SIZE : SMALL;
	const mults = multsOf(sweep).filter((mult) => !relative || mult !== 0 || points.every((point) => point.mult === 0));
	const largest = Math.max(...mults.map(Math.abs));
	const lines = mults.map((mult) => ({ mult, style: multStyle(mult, largest, theme) }));
	const domain = domainOf(effects, labels[0] === null ? 10 : 1);
	const room = Math.max(...mults.map((mult) => textWidth(multWords(mult), FONT_SIZE.label, 600)));
	const panel = (label: LayerEffect['label']) => {
		const inside = points.filter((point) => point.label === label && mults.includes(point.mult));
		return {
			...panelTitle(labelTitle(label), size.width, theme),
			...panelOf({ points: inside, lines, domain, sweep, relative, size, last: label === labels.at(-1) }, theme),
		};
	};
	return panelPage(
		{
			title: `${titleOf(sweep.common)}, by layer`,
			subtitle: [
				methodOf(sweep.common),
				[sampleWords(sweep.layers.flatMap(({ files }) => files.flatMap(({ figures }) => figures)))],
				[
					relative
						? 'Change from multiplier 0 at the same layer'
						: 'Scores themselves: not every layer has multiplier 0',
					'a line for each multiplier: solid above 0, dashed below',
				],
			],
			width: labels.length * (size.width + AXIS_ROOM) + LABEL_OFFSET + room,
			description: `Effect of steering against layer, at ${mults.length} multipliers`,
			usermeta,
			rows: [labels.map(panel)],
		},
		theme,
	);
}

interface LayersPanel {
	points: readonly LayerEffect[];
	lines: readonly StyledMult[];
	domain: [number, number];
	sweep: LayerSweep;
	relative: boolean;
	size: Size;
	/** Whether the key of multipliers stands beside it. */
	last: boolean;
}

function panelOf({ points, lines, domain, sweep, relative, size, last }: LayersPanel, theme: Theme) {
	const layers = sweep.layers.map(({ layer }) => layer);
	const [low, high] = [Math.min(...layers) - 0.5, Math.max(...layers) + 0.5];
	const scale = Math.min(0.85, Math.max(0.45, size.width / layers.length / 24));
	const label = points[0]?.label ?? null;
	return {
		...size,
		data: { values: points.map((point) => ({ ...point, shown: label ? 100 * point.effect : point.effect })) },
		encoding: {
			x: {
				field: 'layer',
				type: 'quantitative',
				title: layerTitle(sweep),
				scale: { domain: [low, high], nice: false, zero: false },
				axis: { format: 'd', grid: false, ...tickValues(layers, [low, high], size.width) },
			},
			y: {
				field: 'shown',
				type: 'quantitative',
				title: effectTitle(label, relative),
				scale: { domain: label ? domain.map((end) => 100 * end) : domain },
				axis: { tickCount: 6, minExtent: 30, labelExpr: relative ? SIGNED : "format(datum.value, '.4~g')" },
			},
		},
		layer: [
			...(relative ? [zeroRule(theme)] : []),
			...lines.map(({ mult, style }) => ({
				...ofMult(mult),
				mark: { type: 'line', color: style.color, strokeWidth: 2, strokeDash: style.dash },
			})),
			...lines.map(({ mult, style }) => ({ ...ofMult(mult), mark: pointMark(style, scale) })),
			...(last ? lineLabelLayers(multLabels(lines, theme), size) : []),
		],
	};
}

const SIGNED = "(datum.value > 0 ? '+' : '') + format(datum.value, '.4~g')";
const ofMult = (mult: number) => ({ transform: [{ filter: { field: 'mult', equal: mult } }] });
const zeroRule = ({ ink }: Theme) => ({
	data: { values: [{ shown: 0 }] },
	mark: { type: 'rule', color: ink.unsteered, strokeWidth: 1.25 },
	encoding: { x: null },
});

function effectTitle(label: LayerEffect['label'], relative: boolean): string {
	if (label) return relative ? 'Change in refusal rate (points)' : 'Refusal rate (%)';
	return relative ? "Change in judge's score" : 'Judge score (0–10)';
}

function tickValues(layers: readonly number[], domain: [number, number], width: number) {
	const ticks = xTicks(layers, domain, width);
	if (ticks) return { values: ticks };
	const step = [2, 5, 10, 20, 50, 100, 500].find((size) => (layers.length / size) * 40 < width) ?? 1000;
	return { values: layers.filter((layer) => layer % step === 0) };
}

/** The effects and a margin for points; scores themselves from 0 to the top. */
function domainOf({ relative, points }: LayerEffects, top: number): [number, number] {
	if (!relative) return [0, top];
	const effects = points.map(({ effect }) => effect);
	const [low, high] = [Math.min(0, ...effects), Math.max(0, ...effects)];
	const margin = (high - low) / 20 || top / 10;
	return [low - margin, high + margin];
}
