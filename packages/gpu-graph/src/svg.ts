import { dependencyOrder } from './dependency-order.js';
import type { Run } from './job.js';
import type { JobState } from './run-status.js';

const ROW = 34;
const BOX = 22;
const GAP = 70;
const MARGIN = 16;
/** Width of a character of the label, in px at 12 px monospace. */
const CHAR = 7.25;

const FILL: Record<JobState, string> = {
	waiting: '#f4f4f4',
	submitted: '#e6effa',
	running: '#cfe3fb',
	done: '#cdeccd',
	failed: '#f6c7c7',
	skipped: '#e3e3e3',
	interrupted: '#fbe6b8',
};

interface Place {
	x: number;
	y: number;
	width: number;
}

/**
 * The run as a picture: a column per depth of dependency, a job beside those it needs, coloured by state.
 * Deterministic, no layout library.
 */
export function toSvg(run: Run, states: ReadonlyMap<string, JobState> = new Map()): string {
	const places = layOut(run);
	const all = [...places.values()];
	const width = Math.max(0, ...all.map(({ x, width: box }) => x + box)) + MARGIN;
	const height = Math.max(0, ...all.map(({ y }) => y + BOX)) + MARGIN;
	const edges = run.jobs.flatMap(({ name, needs }) => needs.map((need) => edge(places.get(need)!, places.get(name)!)));
	const boxes = run.jobs.map(({ name }) => box(name, places.get(name)!, states.get(name) ?? 'waiting'));
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
		'<rect width="100%" height="100%" fill="#fff"/>',
		`<g fill="none" stroke="#888">${edges.join('')}</g>`,
		`<g font-family="monospace" font-size="12" stroke="#555">${boxes.join('')}</g>`,
		'</svg>\n',
	].join('\n');
}

function layOut(run: Run): Map<string, Place> {
	const depth = new Map<string, number>();
	for (const { name, needs } of dependencyOrder(run.jobs))
		depth.set(
			name,
			needs.reduce((most, need) => Math.max(most, depth.get(need)! + 1), 0),
		);
	const columns: string[][] = Array.from({ length: Math.max(-1, ...depth.values()) + 1 }, () => []);
	for (const { name } of run.jobs) columns[depth.get(name)!]!.push(name);
	const needs = new Map(run.jobs.map((job) => [job.name, job.needs]));
	const places = new Map<string, Place>();
	let x = MARGIN;
	for (const names of columns) {
		// Beside the middle of what it needs: chains come out straight and few edges cross.
		const wish = (name: string) => mean(needs.get(name)!.map((need) => places.get(need)!.y));
		const sorted = names.map((name) => ({ name, wish: wish(name) })).sort((a, b) => a.wish - b.wish);
		const width = Math.max(...names.map((name) => [...name].length)) * CHAR + 12;
		let next = MARGIN;
		for (const { name, wish: y } of sorted) {
			const place = { x, y: Math.max(next, y), width };
			places.set(name, place);
			next = place.y + ROW;
		}
		x += width + GAP;
	}
	return places;
}

function mean(values: readonly number[]): number {
	return values.length === 0 ? MARGIN : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function edge(from: Place, to: Place): string {
	const [x1, y1, x2, y2] = [from.x + from.width, from.y + BOX / 2, to.x, to.y + BOX / 2];
	return `<path d="M${x1} ${y1}C${x1 + GAP / 2} ${y1} ${x2 - GAP / 2} ${y2} ${x2} ${y2}"/>`;
}

function box(name: string, { x, y, width }: Place, state: JobState): string {
	const rect = `<rect x="${x}" y="${y}" width="${width}" height="${BOX}" rx="4" fill="${FILL[state]}"/>`;
	const text = `<text x="${x + 6}" y="${y + 15}" stroke="none" fill="#111">${escapeXml(name)}</text>`;
	return `<g><title>${escapeXml(name)}: ${state}</title>${rect}${text}</g>`;
}

function escapeXml(text: string): string {
	return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
