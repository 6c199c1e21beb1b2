import type { Judge } from './judge.js';
import { LocalJudge, type LocalJudgeOptions } from './local-judge.js';

/** The judge that is asked for by name. Throws what {@link LocalJudge.load} throws. */
export function openJudge(model: string, options: LocalJudgeOptions): Promise<Judge> {
	return LocalJudge.load(model, options);
}
