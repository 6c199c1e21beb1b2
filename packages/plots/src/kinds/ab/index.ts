import { join } from 'node:path';
import { SteeringError } from '@steering/core/errors';
import { pythonFloat } from '@steering/core/settings';
import { evenlyChosen } from '../../drawing/evenly-chosen.js';
import type { Picture } from '../../picture/picture.js';
import { findMeasureSets } from '../../responses/measure-files.js';
import { filterFlags } from '../../settings-filter.js';
import type { KindInput } from '../kind.js';
import { refuseOptions } from '../refuse-options.js';
import { type AbGroup, type AbPoint, abLine, groupLines } from './ab-groups.js';
import { abSpec, MAX_LINES } from './ab-spec.js';

/** P(matching letter) against the multiplier; from the measures alone, no replies are needed. */
export async function abPictures(input: KindInput): Promise<Picture[]> {
	refuseOptions(input, 'ab', ['facet', 'color']);
	let problems = 0;
	const onProblem = (problem: SteeringError) => {
		problems++;
		input.onProblem(problem);
	};
	const sets = await findMeasureSets({ ...input, onProblem });
	const lines = sets.flatMap((set) => abLine(set, input.onNote) ?? []);
	if (lines.length === 0 && problems === 0) throw nothingMeasured(input);
	return groupLines(lines).map((group) => pictureOf(group, input.onNote));
}

function pictureOf(group: AbGroup, onNote: (note: string) => void): Picture {
	const lines = evenlyChosen(group.lines, MAX_LINES);
	if (lines.length < group.lines.length) {
		const drawn = lines.map(({ label }) => label).join(', ');
		onNote(`${group.name}: ${lines.length} of ${group.lines.length} lines drawn (${drawn}); -v prints all`);
	}
	return {
		name: group.name,
		settings: group.lines.map(({ settings }) => settings),
		figures: [],
		table: group.lines.flatMap(({ label, points, random }) =>
			points.map((point) => ({
				...(label ? { line: label } : {}),
				multiplier: point.mult,
				...figuresOf('ab', point),
				n: point.n,
				...figuresOf(
					'random',
					random.find(({ mult }) => mult === point.mult),
				),
			})),
		),
		spec: (theme) => abSpec({ ...group, lines }, theme),
	};
}

function figuresOf(name: string, point: AbPoint | undefined): Record<string, string> {
	const { value, interval } = point ?? {};
	return {
		[name]: value?.toFixed(4) ?? '-',
		[`${name} 95%`]: interval?.map((end) => end.toFixed(4)).join(' to ') ?? '-',
	};
}

function nothingMeasured({ artifacts, filter, mults }: KindInput): SteeringError {
	const asked = filterFlags(filter);
	const whose = asked ? ` with${asked}` : '';
	const where = mults
		? ` at ${mults.length === 1 ? 'multiplier' : 'multipliers'} ${mults.map(pythonFloat).join(' ')}`
		: '';
	const flags = `${asked} --mults ${(mults ?? [-1, 0, 1]).join(' ')}`;
	return new SteeringError('ERR_MISSING_INPUT', `no A/B measures${whose}${where} in ${join(artifacts, 'responses')}`, {
		hint: `measure them with \`pnpm eval --measure ab${flags}\``,
	});
}
