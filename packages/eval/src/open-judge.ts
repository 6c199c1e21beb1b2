import type { Judge } from './judge.js';
import { LocalJudge, type LocalJudgeOptions } from './local-judge.js';

export interface OpenJudgeOptions extends LocalJudgeOptions {
	/** Registry name, folder or hub id. */
	judgeModel: string;
}

/** A judge, and how to let go of it. */
export interface OpenedJudge {
	judge: Judge;
	close(): Promise<void>;
}

/** The one judge that is asked for. Throws what {@link LocalJudge.load} throws. */
export async function openJudge({ judgeModel, ...options }: OpenJudgeOptions): Promise<OpenedJudge> {
	const judge = await LocalJudge.load(judgeModel, options);
	return { judge, close: () => judge.release() };
}
