import type { Experiment } from '../../report-data.js';
import { element } from '../element.js';
import { figure, signed } from '../numbers.js';
import type { ReplyColumns } from './reply-columns.js';
import { cachedWordDiff, type Stretch } from './word-diff.js';

/** More than the lines of a folded row can show. */
const FOLDED_CHARACTERS = 700;

/** Makes the row of one reply; `named`: with its experiment's name. */
export function rowViews(columns: ReplyColumns, experiments: readonly Experiment[]) {
	const diff = cachedWordDiff();
	return (row: number, expanded: boolean, named: boolean): HTMLElement => {
		const cut = (text: string) => (expanded ? text : text.slice(0, FOLDED_CHARACTERS));
		const text = columns.texts[columns.text[row]!]!;
		const other = columns.unsteered[row]!;
		const compared = other < 0 ? undefined : diff(cut(columns.texts[columns.text[other]!]!), cut(text));
		const experiment = experiments[columns.experiment[row]!]!;
		const label = columns.label[row]!;
		const score = columns.score[row]!;
		const change = columns.change[row]!;
		return element(
			'div',
			{ role: 'row', class: 'row', 'aria-expanded': String(expanded), id: `reply-${row}` },
			cell('prompt', 'Prompt', cut(columns.prompts[columns.prompt[row]!]!), [
				named || expanded ? element('small', {}, experiment.name) : null,
				expanded
					? element('small', {}, `repeat ${columns.repeat[row]! + 1}, ${fileOf(experiment, columns.mult[row]!)}`)
					: null,
			]),
			cell('mult', 'Multiplier', figure(columns.mult[row]!)),
			cell('label', 'Label', label < 0 ? '–' : columns.labels[label]!),
			cell('score', 'Score', Number.isNaN(score) ? '–' : figure(score)),
			cell(`change ${direction(change)}`, 'Change', Number.isNaN(change) ? '–' : signed(change)),
			compared
				? marked('steered', 'Steered', compared.steered, 'ins', compared.marked)
				: cell('steered', columns.mult[row] === 0 ? 'Unsteered' : 'Steered', cut(text)),
			compared
				? marked('unsteered', 'Unsteered', compared.unsteered, 'del', compared.marked)
				: columns.mult[row] === 0
					? cell('unsteered none itself', 'Unsteered', 'is this reply')
					: cell('unsteered none', 'Unsteered', 'no unsteered reply'),
		);
	};
}

const fileOf = ({ mults }: Experiment, mult: number) => mults.find((at) => at.mult === mult)?.file ?? '';

const direction = (change: number) => (change > 0 ? 'up' : change < 0 ? 'down' : '');

function cell(kind: string, name: string, text: string, more: (Node | null)[] = []): HTMLElement {
	return element(
		'div',
		{ role: 'gridcell', class: `cell ${kind}`, 'data-name': name },
		element('div', { class: 'clamp' }, text),
		...more,
	);
}

function marked(kind: string, name: string, stretches: Stretch[], mark: 'ins' | 'del', done: boolean): HTMLElement {
	const parts = stretches.map(({ text, changed }) => (changed ? element(mark, {}, text) : text));
	const made = cell(kind, name, '');
	made.firstElementChild!.append(...parts);
	if (!done) made.append(element('small', {}, 'too long or too different to mark'));
	return made;
}
