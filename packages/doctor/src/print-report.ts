import { hasColor } from '@steering/core/cli';
import type { Finding, Report } from './finding.js';

const MARK = { ok: 'ok', absent: '– ', wrong: '! ' } as const;
const RED = ['\u001b[31m', '\u001b[39m'] as const;

/** The report as lines: a mark, what it is about, what was found, and what to do. */
export function printReport({ works, sections }: Report, { color = hasColor() } = {}): string {
	const width = Math.max(...sections.flatMap(({ findings }) => findings.map(({ what }) => what.length)));
	const line = ({ state, what, about, todo }: Finding) => {
		const text = `  ${MARK[state]} ${what.padEnd(width)}  ${about}${todo ? `; ${todo}` : ''}`;
		return color && state === 'wrong' ? RED.join(text) : text;
	};
	const lines = sections.flatMap(({ title, findings }) => [title, ...findings.map(line)]);
	return [...lines, works ? 'The core works.' : 'The core does not work: see the lines with !.'].join('\n');
}
