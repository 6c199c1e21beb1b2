import { escapeHtml } from './escape.js';

/** Rows as an HTML table; columns of numbers are aligned right. */
export function tableHtml(rows: readonly Record<string, string | number>[]): string {
	const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
	const isNumber = (column: string) =>
		rows.every((row) => /^([-+]?[\d.]+(e[-+]?\d+)?)?$/i.test(String(row[column] ?? '')));
	const attributes = new Map(columns.map((column) => [column, isNumber(column) ? ' class="number"' : '']));
	const head = columns.map((column) => `<th scope="col"${attributes.get(column)}>${escapeHtml(column)}</th>`);
	const body = rows.map((row) => {
		const cells = columns.map((column) => `<td${attributes.get(column)}>${escapeHtml(String(row[column] ?? ''))}</td>`);
		return `<tr>${cells.join('')}</tr>`;
	});
	return `<table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}
