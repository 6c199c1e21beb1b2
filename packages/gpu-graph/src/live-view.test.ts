import fc from 'fast-check';
import { expect, test } from 'vitest';
import { liveLines } from './live-lines.js';
import { LiveView } from './live-view.js';

/** What a terminal of this width would show, from the moves and erasures the view makes. */
class Screen {
	readonly columns = 40;
	readonly isTTY = true;
	readonly rows = 24;
	lines: string[] = [''];

	write(text: string): void {
		// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences start with one
		for (const part of text.split(/(\x1b\[\d*[AJ]|\n|\r)/)) {
			// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences start with one
			const up = /^\x1b\[(\d+)A$/.exec(part);
			if (up) this.lines.splice(this.lines.length - 1 - Number(up[1]), Number.POSITIVE_INFINITY, '');
			else if (part === '\n') this.lines.push('');
			else if (!part.startsWith('\x1b') && part !== '\r') this.lines[this.lines.length - 1] += part;
		}
	}
}

test('counts and slots are redrawn in place, failures stay above', () => {
	const screen = new Screen();
	const view = new LiveView(screen, { NO_COLOR: '1' });
	const slots = ['gpu 0', 'gpu 1'];
	view.show({ event: 'plan', run: 'sweep', jobs: 4, finished: 1, slots, estimate: 30 }, 0);
	const start = { event: 'start', attempt: 1, why: 'new', estimate: null } as const;
	view.show({ ...start, job: 'a', slots: ['gpu 0'] }, 0);
	view.show({ ...start, job: 'b_with_a_name_that_is_too_long_for_it', slots: ['gpu 1'] }, 1000);
	view.show({ event: 'done', job: 'a', seconds: 5 }, 5000);
	view.show({ event: 'note', text: 'careful' }, 10_000);
	expect(screen.lines).toEqual([
		'sweep: 4 jobs to run, 1 done before, on gpu 0, gpu 1, about 30s',
		'careful',
		'sweep: 1/4 done, 10s, about 30s left',
		'  gpu 0  -',
		'  gpu 1  b_with_a_nam…o_long_for_it  9s',
		'',
	]);
	view.show({ event: 'failed', job: 'c', seconds: 1, reason: 'exit 1', log: 'logs/c.err' }, 20_000);
	expect(screen.lines.slice(2, 5)).toEqual([
		'FAILED c after 1s: exit 1 (logs/c.err)',
		'sweep: 1/4 done, 1 failed, 20s, about …',
		'  gpu 0  -',
	]);
	view.close();
	expect(screen.lines.at(-2)).toBe('FAILED c after 1s: exit 1 (logs/c.err)');
});

test('no line wraps and none scrolls away, in any terminal', () => {
	const slots = fc.array(
		fc.record({
			slot: fc.constantFrom('gpu 0', 'gpu 10', 'cpu 3'),
			job: fc.option(fc.string({ minLength: 1, maxLength: 90 }), { nil: undefined }),
			since: fc.nat(),
			estimate: fc.option(fc.nat()),
		}),
		{ maxLength: 60 },
	);
	const size = fc.record({ columns: fc.integer({ min: 30, max: 200 }), rows: fc.integer({ min: 5, max: 60 }) });
	fc.assert(
		fc.property(slots, size, (views, terminal) => {
			const lines = liveLines([{ text: 'run: 1/2 done' }], views, 1e9, terminal).map((line) =>
				line.map(({ text }) => text).join(''),
			);
			expect(lines.length).toBeLessThanOrEqual(terminal.rows - 2);
			for (const line of lines) expect(line.length).toBeLessThan(terminal.columns);
			const hidden = Number(/^ {2}(\d+) more slots/.exec(lines.at(-1) ?? '')?.[1] ?? 0);
			expect(lines.length - 1 - (hidden > 0 ? 1 : 0) + hidden).toBe(views.length);
		}),
	);
});

test('a job that has run before says how long it takes; a long name keeps both its ends', () => {
	const busy = { slot: 'gpu 0', job: 'steer_openr_refusal_all_orth', since: 0, estimate: 300 };
	const [, line] = liveLines([], [busy], 60_000, { columns: 50, rows: 24 });
	expect(line!.map(({ text }) => text).join('')).toMatchInlineSnapshot(
		`"  gpu 0  steer_op…_all_orth  1m00s of about 5m00s"`,
	);
});
