import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { versions, writeFileAtomic } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import { type DrawnPicture, drawPictures, fontFaces } from '@steering/plots';
import { htmlFile } from './assemble/html-file.js';
import { bestSettings } from './collect/best-settings.js';
import { experimentName, experimentOf } from './collect/experiment.js';
import { readArtifacts } from './collect/read-experiments.js';
import { repliesOf } from './collect/replies.js';
import type { Experiment, ReportPicture } from './report-data.js';

export interface ReportOptions {
	/** The folder with responses/ in it. Default: `artifacts`. */
	artifacts?: string | undefined;
	/** Default: `plots/report.html`. */
	out?: string | undefined;
	title?: string | undefined;
	signal?: AbortSignal | undefined;
	/** Told of each file that is not scored or cannot be read. */
	onNote?: ((note: string) => void) | undefined;
}

/**
 * Writes one HTML file of all that a folder of artifacts holds. The same artifacts give the same bytes.
 * @returns the path of the file, and how many response files could not be used (each is noted, and named in the page)
 * @throws {SteeringError} ERR_MISSING_INPUT without responses, ERR_BAD_FILE when they are too large, ERR_FAILED when the
 * file cannot be written
 */
export async function makeReport(options: ReportOptions = {}): Promise<{ path: string; problems: number }> {
	const { artifacts = 'artifacts', out = join('plots', 'report.html'), title = 'Steering report', signal } = options;
	await refuseFolder(out);
	const { experiments: read, scored, notes, problems } = await readArtifacts(artifacts, signal);
	for (const problem of problems) notes.push(problem.message);
	const onProblem = ({ message }: SteeringError) => notes.push(...(notes.includes(message) ? [] : [message]));
	const drawn = await drawPictures({ artifacts, scored, signal, onProblem });
	const experiments = read.map(experimentOf);
	const data = {
		...{ title, versions: versions(), experiments, notes },
		best: bestSettings(experiments),
		pictures: drawn.map((each) => pictureOf(each, experiments)),
		...(drawn.length > 0 ? { pictureStyle: await fontFaces() } : {}),
	};
	signal?.throwIfAborted();
	const parts = await htmlFile(data, repliesOf(read));
	signal?.throwIfAborted();
	await writeFileAtomic(
		out,
		parts.map((part) => Buffer.from(part)),
	);
	for (const note of notes) options.onNote?.(note);
	return { path: out, problems: problems.length };
}

function pictureOf({ picture, title, light, dark }: DrawnPicture, experiments: readonly Experiment[]): ReportPicture {
	const [settings, ...others] = picture.settings;
	const name = settings && others.length === 0 ? experimentName(settings) : undefined;
	const experiment = experiments.findIndex((each) => each.name === name);
	const table = picture.table.map((row) => ({ ...row }));
	return { title, light, dark, table, ...(experiment < 0 ? {} : { experiment }) };
}

async function refuseFolder(out: string): Promise<void> {
	const found = await stat(out).catch(() => undefined);
	if (!found?.isDirectory()) return;
	throw new SteeringError('ERR_USAGE', `-o ${out} is a folder`, { hint: `name a file: ${join(out, 'report.html')}` });
}
