import { duration } from '@steering/core/cli';

/** Part of a line, in one style. */
export interface Segment {
	readonly text: string;
	readonly style?: 'red' | 'dim' | undefined;
}

/** A slot and the job in it, since when (ms), and how long it takes by earlier runs (s). */
export interface SlotView {
	readonly slot: string;
	readonly job?: string | undefined;
	readonly since?: number | undefined;
	readonly estimate?: number | null | undefined;
}

/**
 * The lines of the live view: none wraps, and all fit the terminal, since what scrolls out of it cannot be erased. Names
 * that are too long lose their middle: jobs of one run differ at their ends.
 */
export function liveLines(
	headline: readonly Segment[],
	slots: readonly SlotView[],
	now: number,
	{ columns, rows }: { columns: number; rows: number },
): Segment[][] {
	const width = Math.max(20, columns - 1);
	const room = Math.max(1, rows - 3); // the headline, the line of the cursor, one for what scrolls by
	const shown = slots.length > room ? slots.slice(0, room - 1) : slots;
	const left = slots.slice(shown.length);
	const idle = left.filter(({ job }) => job === undefined).length;
	const names = Math.max(...shown.map(({ slot }) => slot.length), 0);
	return [
		cut(headline, width),
		...shown.map((slot) => slotLine(slot, names, now, width)),
		...(left.length > 0
			? [cut([{ text: `  ${left.length} more slots, ${idle} of them idle`, style: 'dim' }], width)]
			: []),
	];
}

function slotLine({ slot, job, since = 0, estimate }: SlotView, names: number, now: number, width: number): Segment[] {
	const start = { text: `  ${slot.padEnd(names)}  `, style: 'dim' } as const;
	if (job === undefined) return cut([start, { text: '-', style: 'dim' }], width);
	const usual = estimate === null || estimate === undefined ? '' : ` of about ${duration(estimate)}`;
	const time = `  ${duration((now - since) / 1000)}${usual}`;
	return cut(
		[start, { text: shorten(job, width - start.text.length - time.length) }, { text: time, style: 'dim' }],
		width,
	);
}

function shorten(text: string, length: number): string {
	if (text.length <= length) return text;
	const end = Math.max(0, Math.ceil((length - 1) / 2));
	return `${text.slice(0, Math.max(0, length - 1 - end))}…${text.slice(text.length - end)}`;
}

function cut(line: readonly Segment[], width: number): Segment[] {
	let left = width;
	return line.flatMap((segment) => {
		const text = segment.text.length > left ? `${segment.text.slice(0, Math.max(0, left - 1))}…` : segment.text;
		const isIn = left > 0;
		left -= segment.text.length;
		return isIn ? [{ ...segment, text }] : [];
	});
}
