import { basename, join } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import { plotPath, settingsFlags } from '@steering/core/settings';
import type { Picture } from '../../picture/picture.js';
import { findMeasureSets } from '../../responses/measure-files.js';
import type { ScoredSet } from '../../responses/scored-sets.js';
import { filterFlags } from '../../settings-filter.js';
import type { KindInput } from '../kind.js';
import { refuseOptions } from '../refuse-options.js';
import { type Tradeoff, tradeoffOf } from './tradeoff-points.js';
import { tradeoffSpec } from './tradeoff-spec.js';

/** Score against the cost of steering, for each settings with both; needs replies, scores and `eval --measure`. */
export async function tradeoffPictures(input: KindInput): Promise<Picture[]> {
	refuseOptions(input, 'tradeoff', ['facet', 'color']);
	const scored = await input.scored();
	// That nothing is scored, whoever asked for the scores says.
	if (scored.length === 0) return [];
	let problems = 0;
	const onProblem = (problem: SteeringError) => {
		problems++;
		input.onProblem(problem);
	};
	const measured = await findMeasureSets({ ...input, onProblem });
	const pictures = scored.flatMap((set) => {
		const name = basename(plotPath(set.settings), '.png');
		const own = measured.find(({ settings }) => plotPath(settings) === plotPath(set.settings));
		const tradeoff = tradeoffOf(set, own?.files ?? [], (note) => input.onNote(`${name}: ${note}`));
		return tradeoff.panels.length > 0 ? [pictureOf(`${name}_tradeoff`, tradeoff)] : [];
	});
	if (pictures.length === 0 && problems === 0) throw nothingMeasured(scored, input);
	return pictures;
}

function pictureOf(name: string, tradeoff: Tradeoff): Picture {
	const { settings, panels } = tradeoff;
	const figures = [...new Set(panels.flatMap(({ points }) => points.map(({ figure }) => figure)))];
	return {
		...{ name, figures, settings: [settings] },
		table: panels.flatMap(({ cost, points }) =>
			points.map(({ mult, cost: value, interval, figure }) => ({
				cost,
				multiplier: mult,
				value: value.toPrecision(5),
				'95%': interval?.map((end) => end.toPrecision(5)).join(' to ') ?? '-',
				prompts: figure.label ?? 'all',
				mean: figure.mean.toFixed(4),
				'25%': figure.q25.toFixed(4),
				'75%': figure.q75.toFixed(4),
			})),
		),
		spec: (theme) => tradeoffSpec(tradeoff, theme),
	};
}

function nothingMeasured(scored: readonly ScoredSet[], { artifacts, filter }: KindInput): SteeringError {
	const asked = filterFlags(filter);
	const whose = asked ? ` with${asked}` : '';
	const mults = new Set(scored.flatMap(({ files }) => files.map(({ mult }) => mult)));
	const flags = `${scored.length === 1 ? ` ${settingsFlags(scored[0]!.settings)}` : asked} --mults ${[...mults].join(' ')}`;
	return new SteeringError(
		'ERR_MISSING_INPUT',
		`no measures of cost beside the scores${whose} in ${join(artifacts, 'responses')}`,
		{ hint: `measure them with \`pnpm eval --measure kl ppl${flags}\`` },
	);
}
