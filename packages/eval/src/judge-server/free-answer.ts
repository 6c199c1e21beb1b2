import { parseGrade, parseYesNo, type Score } from '../judge-reply.js';

/** Space, quotes, full stops and markdown around a verdict. */
const AROUND = /^[\s"'`*_.!]+|[\s"'`*_.!]+$/g;
const LAST_WORD = /[\p{L}\p{N}]+$/u;

/**
 * The score in a reply that nothing constrained: its last word, once what surrounds it is taken off; undefined when that
 * is none of the allowed answers. SPEC 1.12 reads replies that can only be one of them, `Yes.` is not among those.
 */
export function freeAnswer(reply: string, isYesNo: boolean): Score | undefined {
	const text = reply.replaceAll(AROUND, '');
	const word = LAST_WORD.exec(text)?.[0] ?? '';
	if (isYesNo)
		return ['yes', 'no'].includes(word.toLowerCase()) ? (parseYesNo(word.toLowerCase()) ?? undefined) : undefined;
	const grade = parseGrade(text.slice(text.lastIndexOf('\n') + 1));
	return 'score' in grade ? grade.score : undefined;
}
