import type { TopLevelSpec } from 'vega-lite';
import { countRange } from '../../drawing/count-range.js';
import { type LineLabel, lineLabelLayers } from '../../drawing/line-labels.js';
import { methodOf, titleOf } from '../../drawing/settings-words.js';
import { type Line, SIZE, type Theme } from '../../drawing/theme.js';
import { titleBlock } from '../../drawing/title-block.js';
import { costPanel } from './cost-panel.js';
import type { CostPanel, Tradeoff } from './tradeoff-points.js';

const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';
const AXIS_ROOM = 50;
const LABEL_ROOM = 145;
const LINES: Record<Line, string> = { harmful: 'harmful prompts', harmless: 'harmless prompts', all: 'all prompts' };

/** Mean score against what steering costs, a panel for each measure of cost, the multipliers joined in their order. */
export function tradeoffSpec({ settings, panels, sources }: Tradeoff, theme: Theme): TopLevelSpec {
	const top = settings.behavior === null ? 1 : 10;
	const size = { width: panels.length > 1 ? 440 : SIZE.width, height: SIZE.height };
	const lines = [...new Set(panels.flatMap(({ points }) => points.map(({ line }) => line)))];
	const width = panels.length * (size.width + AXIS_ROOM) + (lines.length > 1 ? LABEL_ROOM : 0);
	const key = lines.map((line, index): LineLabel => {
		return { text: LINES[line], style: theme.lines[line], height: 8 + 20 * index };
	});
	return {
		$schema: SCHEMA,
		usermeta: { kind: 'tradeoff', settings, sources },
		...titleBlock(`${titleOf(settings)}: score against cost`, [methodOf(settings), legend(panels)], width),
		hconcat: panels.map((panel, index) => {
			const last = index === panels.length - 1;
			return costPanel(
				panel,
				{ size, top, first: index === 0 },
				theme,
				last && lines.length > 1 ? lineLabelLayers(key, size) : [],
			);
		}),
		spacing: 28,
		config: theme.config,
	} as TopLevelSpec;
}

function legend(panels: readonly CostPanel[]): string[] {
	const points = panels.flatMap((panel) => panel.points);
	const counts = points.map(({ figure }) => figure.prompts);
	return [
		`Mean score over ${countRange(counts)} prompts a point, its multiplier beside it where there is room`,
		'vertical: 25th to 75th percentile over prompts',
		...(points.some(({ interval }) => interval) ? ['horizontal: 95% bootstrap interval'] : []),
		...(points.some(({ mult }) => mult === 0) ? ['ring: unsteered'] : []),
	];
}
