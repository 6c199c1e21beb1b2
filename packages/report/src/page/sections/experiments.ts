import type { Experiment, ReportData } from '../../report-data.js';
import { byId, element, firstOf, foldable, table } from '../element.js';
import { counted, figure } from '../numbers.js';
import { commandBlock } from './command-block.js';
import { dataTree } from './data-tree.js';
import { repliesLink } from './replies-link.js';

const SHOWN_AT_FIRST = 20;

export function experiments({ experiments, notes }: ReportData): void {
	const make = (experiment: Experiment) => {
		const { title, name, mults } = experiment;
		const summary = [element('b', {}, title), element('small', {}, `${name} · ${counted(mults.length, 'multiplier')}`)];
		return foldable(summary, () => details(experiment), experiments.length === 1);
	};
	byId('runs-content').append(
		experiments.length === 0
			? element('p', { class: 'empty' }, 'No experiments were found.')
			: firstOf(experiments, SHOWN_AT_FIRST, make, 'experiments'),
	);
	byId('notes').append(...notes.map((note) => element('li', {}, note)));
	byId('notes-part').hidden = notes.length === 0;
}

function details(experiment: Experiment): HTMLElement[] {
	const { method, settings, manifest, commands, scale } = experiment;
	return [
		element('ul', { class: 'phrases' }, ...method.map((phrase) => element('li', {}, phrase))),
		scale === 'none' ? element('p', { class: 'empty' }, 'Not scored.') : element('p', {}, SCALE[scale]),
		multsTable(experiment),
		foldable(['Settings'], () => [dataTree(settings)]),
		manifest
			? foldable(['Manifest'], () => [dataTree(manifest)])
			: element('p', { class: 'empty' }, 'No manifest beside these files.'),
		element('h4', {}, 'To make it again'),
		commandBlock(commands),
	];
}

const SCALE = { yes: 'Scores are 0 (no) or 1 (yes).', ten: 'Judge scores, 0 to 10.' } as const;

function multsTable({ name, mults }: Experiment) {
	const labels = [...new Set(mults.flatMap(({ figures }) => figures.map(({ label }) => label)))];
	const measures = [...new Set(mults.flatMap((at) => at.measures.map((measure) => measure.name)))];
	const head = [
		'Multiplier',
		...labels.flatMap((label) => [label === null ? 'Mean' : `Mean, ${label}`, '25–75%', 'Prompts']),
		...measures,
		'Replies',
	];
	const rows = mults.map((at) => [
		figure(at.mult),
		...labels.flatMap((label) => {
			const found = at.figures.find((one) => one.label === label);
			return found
				? [figure(found.mean), `${figure(found.q25)}–${figure(found.q75)}`, String(found.prompts)]
				: ['–', '–', '–'];
		}),
		...measures.map((measure) => measureText(at.measures.find((one) => one.name === measure))),
		repliesLink(name, at.mult),
	]);
	return table(`Figures of ${name}`, head, rows, (column) => column < head.length - 1);
}

function measureText(measure: Experiment['mults'][number]['measures'][number] | undefined): string {
	if (!measure || measure.value === null) return '–';
	const { value, interval } = measure;
	return interval ? `${figure(value)} [${figure(interval[0])}, ${figure(interval[1])}]` : figure(value);
}
