import { duration } from '@steering/core/cli';
import type { RunEvent, RunSummary } from './run-event.js';

/** More slots than on one machine are counted, not named. */
const MAX_NAMED = 8;

/** An event as a line for people; undefined for the summary, which is the result and goes to stdout. */
export function eventLine(event: RunEvent): string | undefined {
	switch (event.event) {
		case 'plan': {
			const before = event.finished > 0 ? `, ${event.finished} done before` : '';
			const time = event.estimate === null ? '' : `, about ${duration(event.estimate)}`;
			return `${event.run}: ${event.jobs} jobs to run${before}, on ${slotsText(event.slots)}${time}`;
		}
		case 'note':
			return event.text;
		case 'submitted': {
			const [first, ...more] = event.jobs;
			const others = more.length > 0 ? ` and ${more.length} more as an array` : '';
			return `submit ${first}${others}: Slurm job ${event.id}${event.after === null ? '' : `, ${event.after}`}`;
		}
		case 'start': {
			const why = event.attempt > 1 ? `attempt ${event.attempt}` : event.why;
			return `start ${event.job} on ${event.slots.join(', ')}${why === 'new' ? '' : ` (${why})`}`;
		}
		case 'retry':
			return `retry ${event.job}: ${event.reason}`;
		case 'done':
			return `done ${event.job} in ${duration(event.seconds)}`;
		case 'failed':
			return `FAILED ${event.job} after ${duration(event.seconds)}: ${event.reason} (${event.log})`;
		case 'skipped':
			return `skip ${event.job}, because ${event.because} failed`;
		case 'interrupted':
			return `interrupted ${event.job}`;
		case 'summary':
			return undefined;
	}
}

function slotsText(slots: readonly string[]): string {
	return slots.length > MAX_NAMED ? `${slots.length} slots` : slots.join(', ');
}

/** What came of a run: a line of counts, then each failed job with its log, and who was skipped for it. */
export function summaryLines(summary: RunSummary): string[] {
	const { run, done, finished, failed, skipped, interrupted, seconds } = summary;
	const counts = [
		`${done} done`,
		finished > 0 && `${finished} done before`,
		failed.length > 0 && `${failed.length} failed`,
		skipped.length > 0 && `${skipped.length} skipped`,
		interrupted.length > 0 && `${interrupted.length} not finished`,
	];
	const lines = [`${run}: ${counts.filter(Boolean).join(', ')}, in ${duration(seconds)}`];
	for (const { job, reason, log } of failed) {
		lines.push(`failed: ${job}: ${reason} (${log})`);
		const behind = skipped.filter(({ because }) => because === job).map((other) => other.job);
		if (behind.length > 0) lines.push(`  skipped for it: ${behind.join(', ')}`);
	}
	return lines;
}
