import { duration, hasColor } from '@steering/core/cli';
import { eventLine } from './event-lines.js';
import { liveLines, type Segment } from './live-lines.js';
import type { RunEvent } from './run-event.js';

/** Often enough to look alive, seldom enough to cost nothing. */
const REDRAW_MS = 250;

/** The part of a terminal that the view needs. */
export interface Terminal {
	write(text: string): unknown;
	readonly columns?: number;
	readonly rows?: number;
	readonly isTTY?: boolean;
}

/**
 * A view that redraws itself at the bottom of a terminal: counts and ETA, then a line a slot. What needs attention
 * (failures, retries, notes) scrolls by above it and stays.
 */
export class LiveView {
	readonly #terminal: Terminal;
	readonly #color: boolean;
	readonly #busy = new Map<string, { job: string; since: number; estimate: number | null }>();
	#plan: Extract<RunEvent, { event: 'plan' }> | undefined;
	#counts = { done: 0, failed: 0, skipped: 0 };
	#began = 0;
	/** Lengths of the lines that stand there now. */
	#drawn: number[] = [];
	#timer: NodeJS.Timeout | undefined;

	constructor(terminal: Terminal, env: NodeJS.ProcessEnv = process.env) {
		this.#terminal = terminal;
		this.#color = hasColor(terminal, env);
	}

	show(event: RunEvent, now = Date.now()): void {
		if (event.event === 'plan') {
			this.#plan = event;
			this.#began = now;
			this.#timer = setInterval(() => this.#draw('', Date.now()), REDRAW_MS).unref();
		}
		if (event.event === 'done' || event.event === 'failed' || event.event === 'skipped') this.#counts[event.event]++;
		if (event.event === 'start')
			for (const slot of event.slots) this.#busy.set(slot, { job: event.job, since: now, estimate: event.estimate });
		if (event.event === 'done' || event.event === 'failed' || event.event === 'interrupted') this.#free(event.job);
		// Thousands may be skipped for one failure: they are counted here, and named in the summary.
		const stays = event.event !== 'start' && event.event !== 'done' && event.event !== 'skipped';
		if (event.event === 'summary') this.close();
		else if (stays)
			this.#draw(
				`${this.#style([{ text: eventLine(event)!, style: event.event === 'failed' ? 'red' : undefined }])}\n`,
				now,
			);
	}

	/** Takes the view away, leaving what scrolled by. */
	close(): void {
		clearInterval(this.#timer);
		this.#terminal.write(this.#erase());
		this.#drawn = [];
	}

	#free(job: string): void {
		for (const [slot, busy] of this.#busy) if (busy.job === job) this.#busy.delete(slot);
	}

	#draw(above: string, now: number): void {
		const { columns = 80, rows = 24 } = this.#terminal;
		const slots = (this.#plan?.slots ?? []).map((slot) => ({ slot, ...this.#busy.get(slot) }));
		const lines = liveLines(this.#headline(now), slots, now, { columns, rows });
		const text = lines.map((line) => `${this.#style(line)}\n`).join('');
		this.#terminal.write(`${this.#erase()}${above}${text}`);
		this.#drawn = lines.map((line) => line.reduce((sum, { text: part }) => sum + part.length, 0));
	}

	#headline(now: number): Segment[] {
		const { done, failed, skipped } = this.#counts;
		const total = this.#plan?.jobs ?? 0;
		const elapsed = (now - this.#began) / 1000;
		const ended = done + failed + skipped;
		// Before anything has ended only earlier runs can tell; after that, so does the pace of this one.
		const left = ended > 0 ? (elapsed / ended) * (total - ended) : (this.#plan?.estimate ?? undefined);
		return [
			{ text: `${this.#plan?.run}: ${done}/${total} done` },
			...(failed > 0 ? [{ text: ', ' }, { text: `${failed} failed`, style: 'red' as const }] : []),
			...(skipped > 0 ? [{ text: `, ${skipped} skipped` }] : []),
			{ text: `, ${duration(elapsed)}` },
			...(left !== undefined && ended < total ? [{ text: `, about ${duration(left)} left` }] : []),
		];
	}

	#erase(): string {
		if (this.#drawn.length === 0) return '';
		// A terminal that was made narrower has wrapped what stood there.
		const { columns = 80 } = this.#terminal;
		const rows = this.#drawn.reduce((sum, length) => sum + Math.max(1, Math.ceil(length / columns)), 0);
		return `\u001b[${rows}A\r\u001b[J`;
	}

	#style(line: readonly Segment[]): string {
		return line.map(({ text, style }) => (this.#color && style ? `${SGR[style]}${text}${RESET}` : text)).join('');
	}
}

/** Written out: styleText resets only its own attribute, which a line that wraps at the edge carries on. */
const SGR = { red: '\u001b[31m', dim: '\u001b[2m' } as const;
const RESET = '\u001b[0m';
