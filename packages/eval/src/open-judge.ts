import type { Judge } from './judge.js';
import { JudgeServer, type ServerOptions } from './judge-server/judge-server.js';
import { LocalJudge, type LocalJudgeOptions } from './local-judge.js';

/** Who judges: with `server` a model behind it, else a local one. */
export interface OpenJudgeOptions extends LocalJudgeOptions {
	/** Registry name, folder or hub id; with `server` the name of a served model (default: the only one there is). */
	judgeModel?: string | undefined;
	server?: ServerOptions | undefined;
	/** The folder that holds logs/, for a server that is started. */
	root: string;
	onNote?: ((note: string) => void) | undefined;
}

/** A judge, and how to let go of it; a server started for it is stopped then. */
export interface OpenedJudge {
	judge: Judge;
	close(): Promise<void>;
}

/** The one judge that is asked for. Throws what {@link LocalJudge.load} or {@link JudgeServer.open} throws. */
export async function openJudge(options: OpenJudgeOptions): Promise<OpenedJudge> {
	if (options.server === undefined) {
		const judge = await LocalJudge.load(options.judgeModel ?? 'organism', options);
		return { judge, close: () => judge.release() };
	}
	const { server, judgeModel, root, signal, onNote } = options;
	const opened = await JudgeServer.open({ server, judgeModel, root, signal, onNote });
	return { judge: opened.judge, close: () => opened.stop() };
}
