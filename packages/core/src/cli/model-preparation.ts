import type { PreparationHooks } from '../model/preparation.js';
import { type Progress, progress } from './progress.js';

const MEGABYTE = 1e6;

/** Shows on stderr what happens before a model can be opened: downloads, a build, notes. Nothing but notes with `quiet`. */
export function modelPreparation({ quiet = false } = {}): PreparationHooks {
	const show = megabytes(quiet);
	return {
		onDownload: (file, done, total) => show(file, done, total),
		onBuild: (model, done, total) => show(`building ${model}`, done, total),
		onNote: (note) => process.stderr.write(`note: ${note}\n`),
	};
}

/** One line of progress after the other: a label that was not the last one's begins another. */
function megabytes(quiet: boolean): (label: string, done: number, total: number) => void {
	let shown: { label: string; ticked: number; progress: Progress } | undefined;
	return (label, done, total) => {
		const at = Math.ceil(done / MEGABYTE);
		if (shown?.label !== label) {
			shown?.progress.done();
			// What an earlier command brought does not count as speed.
			const from = done < total ? Math.floor(done / MEGABYTE) : 0;
			shown = { label, ticked: from, progress: progress(Math.ceil(total / MEGABYTE), `${label}, MB`, { quiet, from }) };
		}
		shown.progress.tick(at - shown.ticked);
		shown.ticked = at;
		if (done < total) return;
		shown.progress.done();
		shown = undefined;
	};
}
