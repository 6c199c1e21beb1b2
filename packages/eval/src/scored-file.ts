import { existsSync } from 'node:fs';
import { manifestPath, type ResponseItem, readManifest } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import type { NamedSettings } from '@steering/core/settings';
import { z } from 'zod';
import type { JudgeIdentity } from './judge.js';
import type { Score } from './judge-reply.js';

/** Where a file's scores are: yes or no without a behavior, grades with one (SPEC 1.12). */
export type ScoreField = 'scores' | 'num_scores';

export function scoreField({ behavior }: NamedSettings): ScoreField {
	return behavior === null ? 'scores' : 'num_scores';
}

/** Whether every prompt has its scores: a file with fewer is not one that plots can read. */
export function isScored(items: readonly ResponseItem[], field: ScoreField): boolean {
	return items.every((item) => item[field] !== undefined);
}

/** A reply's score, and where log-probabilities were known the expected one; null where they did not decide it. */
export interface Scored {
	score: Score;
	expected?: number | null | undefined;
}

/** The items with these scores (per item, per reply) and no others. Other tools skip `expected_scores`. */
export function withScores(items: readonly ResponseItem[], field: ScoreField, scored: Scored[][]): ResponseItem[] {
	return items.map(({ scores: _, num_scores: __, expected_scores: ___, ...item }, i) => {
		const own = scored[i]!;
		const isKnown = own.some(({ expected }) => expected !== undefined);
		return {
			...item,
			[field]: own.map(({ score }) => score),
			...(isKnown ? { expected_scores: own.map(({ expected }) => expected ?? null) } : {}),
		} as ResponseItem;
	});
}

const identitySchema = z.looseObject({
	kind: z.string(),
	name: z.string(),
	fingerprint: z.string().optional(),
	precision: z.string().optional(),
	constraint: z.string().optional(),
	prompt: z.string(),
});

/** Who made the scores of a file, as its manifest says; undefined for files of other tools. */
export async function judgeOf(file: string): Promise<z.output<typeof identitySchema> | undefined> {
	if (!existsSync(manifestPath(file))) return undefined;
	const { judge } = await readManifest(file);
	if (judge === undefined) return undefined;
	const parsed = identitySchema.safeParse(judge);
	if (parsed.success) return parsed.data;
	throw new SteeringError('ERR_BAD_FILE', `${manifestPath(file)}: its judge is not described as a judge`, {
		hint: 'score the file again with --overwrite',
		cause: parsed.error,
	});
}

/** What is known of the judge asked for, before a server has said which model it serves and what it can do. */
export type AskedJudge = Pick<JudgeIdentity, 'kind' | 'prompt'> & { name?: string | undefined } & Partial<
		Record<'fingerprint' | 'precision' | 'constraint', string>
	>;

/** @throws SteeringError ERR_MISMATCH naming both, when the scores present are another judge's than the one asked for */
export async function requireSameJudge(file: string, path: string, asked: AskedJudge): Promise<void> {
	const found = await judgeOf(file);
	const keys = KEYS.filter((key) => asked[key] !== undefined);
	if (found && keys.every((key) => found[key] === asked[key])) return;
	const different = keys.filter((key) => found?.[key] !== asked[key]);
	const who = found ? described(found, different) : 'an unknown judge';
	throw new SteeringError(
		'ERR_MISMATCH',
		`${path} was scored by ${who}, and ${described(asked, different)} is asked for`,
		{
			hint: 'use --overwrite to score it again, or ask for the same judge',
		},
	);
}

const KEYS = ['kind', 'name', 'fingerprint', 'precision', 'constraint', 'prompt'] as const;

/** The name, and what else tells two judges apart. */
function described(judge: Record<string, unknown>, different: readonly string[]): string {
	const parts: Record<string, string> = {
		fingerprint: 'weights',
		precision: 'precision',
		constraint: 'answers by',
		prompt: 'judge prompt',
		kind: 'kind',
	};
	const details = different
		.filter((key) => key in parts && judge[key] !== undefined)
		.map((key) => `${parts[key]} ${short(key, String(judge[key]))}`);
	const name = String(judge.name ?? 'a judge');
	return details.length > 0 ? `${name} (${details.join(', ')})` : name;
}

/** Hashes by their beginning. */
function short(key: string, value: string): string {
	return key === 'fingerprint' || key === 'prompt' ? value.slice(0, 8) : value;
}
