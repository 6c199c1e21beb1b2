import { formatTable } from '@steering/core/cli';
import type { Estimate } from '../measures/bootstrap.js';
import type { GradeAgreement, Said, YesNoAgreement } from './agreement.js';
import type { Calibration } from './calibrate.js';

/** A table of the yes-no judge with its confusions, and one of the grades. */
export function calibrationTables({ behaviors }: Calibration): string {
	const yesNo = behaviors.filter((each): each is YesNoAgreement & typeof each => each.behavior === null);
	const grades = behaviors.filter((each): each is GradeAgreement & typeof each => each.behavior !== null);
	const tables = [
		yesNo.map(({ n, nulls, accuracy, confusion }) => ({
			...{ refusal: 'yes/no', n, nulls, accuracy: percent(accuracy) },
			...{ 'label yes: said': said(confusion.yes), 'label no: said': said(confusion.no) },
		})),
		grades.map(({ behavior, n, nulls, exact, within1, meanAbsoluteError, spearman }) => ({
			...{ behavior, n, nulls, exact: percent(exact), 'within 1': percent(within1) },
			...{ 'mean error': number(meanAbsoluteError), spearman: number(spearman) },
		})),
	];
	return tables
		.filter(({ length }) => length > 0)
		.map((rows) => formatTable(rows))
		.join('\n\n');
}

function said({ yes, no, none }: Said): string {
	return `${yes} yes, ${no} no${none > 0 ? `, ${none} neither` : ''}`;
}

const percent = (estimate: Estimate) => shown(estimate, (value) => `${(100 * value).toFixed(0)}%`);
const number = (estimate: Estimate) => shown(estimate, (value) => value.toFixed(2));

function shown({ value, interval }: Estimate, format: (value: number) => string): string | undefined {
	if (value === null) return undefined;
	return interval ? `${format(value)} (${interval.map(format).join(' to ')})` : format(value);
}
