import { join } from 'node:path';
import { readResponses } from '@steering/core/artifacts';
import type { AskedDevice, PreparationHooks } from '@steering/core/model';
import type { Precision } from '@steering/core/onnx';
import type { NamedSettings } from '@steering/core/settings';
import { judgeChoice, serverSettingsRefused } from './judge-choice.js';
import type { ServerOptions } from './judge-server/judge-server.js';
import { Judges } from './judges.js';
import { findResponseFiles, type ResponseFile } from './response-files.js';
import { isUnfinished, scoredBefore, scoreFile } from './score-file.js';
import { type ScoreSummary, summarise } from './score-summary.js';
import { isScored, requireSameJudge, scoreField } from './scored-file.js';

export interface EvaluateOptions {
	/** The folder that holds artifacts/. */
	root: string;
	/** Only these settings. Default: every settings with response files. */
	settings?: NamedSettings | undefined;
	/** Only these multipliers. Default: all there are. */
	mults?: readonly number[] | undefined;
	/**
	 * Who judges. With `server` the name of a served model; without it a local model, registry name, folder or hub id.
	 * Default: the organism for its own replies, for those of other models the server on port 8005.
	 */
	judgeModel?: string | undefined;
	server?: ServerOptions | undefined;
	/** How the default server is asked, where it is the judge; an error where it is not. */
	serverSettings?: ServerOptions | undefined;
	/** Folder of judge prompts. Default: the project's own. */
	judgePrompts?: string | undefined;
	/** Score what is scored already. */
	overwrite?: boolean | undefined;
	/** The judge's; default `fast`: as the model was exported. */
	precision?: Precision | undefined;
	threads?: number | undefined;
	device?: AskedDevice | undefined;
	signal?: AbortSignal | undefined;
	/** Told what happens before a judge's model can be opened: downloads, a build. */
	preparation?: PreparationHooks | undefined;
	/** Told what is left out, and why. */
	onNote?: ((note: string) => void) | undefined;
	/** Called once with the number of replies to score, and how many of them were scored before an interruption. */
	onStart?: ((replies: number, earlier: number) => void) | undefined;
	onProgress?: ((replies: number) => void) | undefined;
}

export interface EvaluatedFile {
	/** Relative to `root`. */
	path: string;
	settings: NamedSettings;
	mult: number;
	/** Whether it was scored already. */
	skipped: boolean;
	scores: ScoreSummary[];
}

interface Plan {
	file: ResponseFile;
	replies: number;
	/** Of these, scored before an interruption. */
	earlier: number;
	scored: boolean;
}

/**
 * Has the replies in response files judged, and writes the scores into the same files: truth values without a behavior,
 * 0 to 10 with one. What is scored is skipped, what was interrupted goes on, and both end with the bytes of an
 * uninterrupted run. Nothing is scored unless every file has a judge and none has another one's scores.
 *
 * Throws ERR_MISSING_INPUT, ERR_USAGE, ERR_MISMATCH, ERR_BAD_FILE, ERR_LOCKED, ERR_NETWORK, ERR_FAILED.
 */
export async function evaluate(options: EvaluateOptions): Promise<EvaluatedFile[]> {
	const plans: Plan[] = [];
	for (const file of await findResponseFiles(options)) plans.push(await plan(file, options));
	const pending = plans.filter(({ scored }) => !scored);
	requireServed(pending, options);
	const judges = new Judges(options);
	try {
		for (const { file, scored } of plans)
			if (scored && isJudgeAsked(file, options)) await requireAsked(file, judges, options);
		for (const { file } of pending) await judges.of(file);
		const total = (key: 'replies' | 'earlier') => pending.reduce((sum, each) => sum + each[key], 0);
		options.onStart?.(total('replies'), total('earlier'));
		const evaluated: EvaluatedFile[] = [];
		for (const each of plans) evaluated.push(await evaluateFile(each, judges, options));
		return evaluated;
	} finally {
		await judges.release();
	}
}

/** Settings of a judge server, which judges none of these replies, do nothing. */
function requireServed(pending: readonly Plan[], options: EvaluateOptions): void {
	if (options.serverSettings === undefined || pending.length === 0) return;
	if (pending.some(({ file }) => judgeChoice(file, options).kind === 'server')) return;
	throw serverSettingsRefused();
}

async function plan(file: ResponseFile, { root, overwrite }: EvaluateOptions): Promise<Plan> {
	const path = join(root, file.path);
	const items = await readResponses(path);
	const scored = !overwrite && isScored(items, scoreField(file.settings)) && !isUnfinished(path);
	const earlier = overwrite ? 0 : scoredBefore(path);
	return { file, scored, earlier, replies: items.reduce((sum, { responses }) => sum + responses.length, 0) };
}

/** Going over everything, without a judge named, only fills in what is missing: whoever made the scores there. */
function isJudgeAsked(file: ResponseFile, options: EvaluateOptions): boolean {
	const { judgeModel, server, judgePrompts, settings } = options;
	if (judgeModel !== undefined || server !== undefined) return true;
	// The default server may serve anything.
	return judgeChoice(file, options).kind === 'local' && (judgePrompts !== undefined || settings !== undefined);
}

async function requireAsked(file: ResponseFile, judges: Judges, { root }: EvaluateOptions): Promise<void> {
	await requireSameJudge(join(root, file.path), file.path, await judges.asked(file));
}

async function evaluateFile({ file, scored }: Plan, judges: Judges, options: EvaluateOptions): Promise<EvaluatedFile> {
	const { root, signal, onProgress, overwrite = false } = options;
	const { settings } = file;
	const path = join(root, file.path);
	const items = scored
		? await readResponses(path)
		: await scoreFile({ file: path, settings, overwrite, signal, onProgress, ...(await judges.of(file)) });
	return { ...file, skipped: scored, scores: summarise(items, scoreField(settings)) };
}
