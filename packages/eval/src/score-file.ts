import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import {
	Journal,
	makeManifest,
	manifestPath,
	type ResponseItem,
	readManifest,
	readResponses,
	withLock,
	writeManifest,
	writeResponses,
} from '@steering/core/artifacts';
import type { NamedSettings } from '@steering/core/settings';
import { z } from 'zod';
import type { Judge, JudgeIdentity } from './judge.js';
import type { JudgePrompt } from './judge-file.js';
import type { Score } from './judge-reply.js';
import { roundedScore } from './score-values.js';
import { isScored, requireSameJudge, type Scored, scoreField, withScores } from './scored-file.js';

/** One reply's score, the unit that is journalled: indices of the prompt in the file and of the reply to it. */
const unitSchema = z.object({
	item: z.int().min(0),
	reply: z.int().min(0),
	score: z.union([z.boolean(), z.int().min(0).max(10), z.null()]),
	expected: z.number().nullable().optional(),
});
type Unit = z.output<typeof unitSchema>;

/** A response file, and the judge and words to score it with. */
export interface Scoring {
	/** Where the file is. */
	file: string;
	settings: NamedSettings;
	judge: Judge;
	prompt: JudgePrompt;
	overwrite: boolean;
	signal?: AbortSignal | undefined;
	onProgress?: ((replies: number) => void) | undefined;
}

/** Scores made so far lie beside the file until it is complete; their presence says that the file is unfinished. */
export function isUnfinished(file: string): boolean {
	return existsSync(new Journal(journalBase(file), unitSchema).path);
}

/** How many replies have their scores from an interrupted run. */
export function scoredBefore(file: string): number {
	if (!isUnfinished(file)) return 0;
	const lines = readFileSync(new Journal(journalBase(file), unitSchema).path, 'utf8').split('\n').length - 1;
	// The first line says whose the others are.
	return Math.max(0, lines - 1);
}

/** Not the file's own name: that journal is steer's. */
const journalBase = (file: string) => `${file}.scores`;

/**
 * Scores every reply of a file and writes the scores into it once there are all. What a killed process had scored is kept.
 * Throws ERR_BAD_FILE, ERR_LOCKED, and ERR_MISMATCH for unfinished scores of another judge or of other replies.
 */
export async function scoreFile(scoring: Scoring): Promise<ResponseItem[]> {
	return await withLock(scoring.file, async () => {
		const { file, overwrite, settings } = scoring;
		const field = scoreField(settings);
		const items = await readResponses(file);
		const identity = scoring.judge.identity(scoring.prompt);
		// Another process may have finished it while this one waited or worked on other files.
		if (!overwrite && isScored(items, field) && !isUnfinished(file)) {
			await requireSameJudge(file, file, identity);
			return items;
		}
		const journal = new Journal<Unit>(journalBase(file), unitSchema, { key: keyOf(identity, items) });
		if (overwrite) journal.remove();
		const scored = withScores(items, field, await scoreReplies(scoring, items, journal));
		// The manifest first: as long as the journal is there, the file counts as unfinished, whatever the two say.
		await writeManifest(file, await manifestWith(file, settings, identity));
		await writeResponses(file, scored);
		journal.remove();
		return scored;
	});
}

async function scoreReplies(
	{ judge, prompt, signal, onProgress }: Scoring,
	items: readonly ResponseItem[],
	journal: Journal<Unit>,
) {
	const scores = items.map(({ responses }) => responses.map((): Scored | undefined => undefined));
	const earlier = journal.entries();
	for (const { item, reply, ...scored } of earlier) scores[item]![reply] = scored;
	const missing = items.flatMap(({ prompt: question, responses }, item) =>
		responses.flatMap((answer, reply) =>
			scores[item]![reply] === undefined ? [{ item, reply, question, answer }] : [],
		),
	);
	const onScore = (index: number, score: Score, expected?: number | null) => {
		const { item, reply } = missing[index]!;
		const scored = { score, ...(expected === undefined ? {} : { expected: expected && roundedScore(expected) }) };
		journal.append({ item, reply, ...scored });
		scores[item]![reply] = scored;
		onProgress?.(1);
	};
	try {
		if (missing.length > 0) await judge.score(prompt, missing, { signal, onScore, earlier: earlier.length });
	} finally {
		journal.close();
	}
	return scores as Scored[][];
}

/** What the scores depend on. The settings do not matter: the same replies get the same scores wherever they lie. */
function keyOf(identity: JudgeIdentity, items: readonly ResponseItem[]): string {
	const judged = items.map(({ prompt, responses }) => [prompt, responses]);
	return createHash('sha256')
		.update(JSON.stringify([identity, judged]))
		.digest('hex')
		.slice(0, 32);
}

/** The manifest of the replies, or a new one for a file that another tool made, with the judge in it. */
async function manifestWith(file: string, settings: NamedSettings, judge: JudgeIdentity) {
	if (!existsSync(manifestPath(file))) return makeManifest({ command: 'eval', settings, judge });
	return { ...(await readManifest(file)), judge };
}
