import { SteeringError } from '@steering/core/errors';
import type { Behavior } from '@steering/core/settings';
import type { EvaluateOptions } from './evaluate.js';
import type { Judge } from './judge.js';
import { type JudgeChoice, judgeChoice } from './judge-choice.js';
import { type JudgePrompt, judgePromptHash, readJudgePrompt } from './judge-file.js';
import { serverModel } from './judge-server/judge-server.js';
import { type OpenedJudge, openJudge } from './open-judge.js';
import type { ResponseFile } from './response-files.js';
import type { AskedJudge } from './scored-file.js';

/** The judges of a command, each loaded, or its server started, when first needed. */
export class Judges {
	readonly #options: EvaluateOptions;
	readonly #opened = new Map<string, OpenedJudge>();
	readonly #prompts = new Map<Behavior | null, JudgePrompt>();

	constructor(options: EvaluateOptions) {
		this.#options = options;
	}

	async of(file: ResponseFile): Promise<{ judge: Judge; prompt: JudgePrompt }> {
		const prompt = await this.#prompt(file);
		const choice = judgeChoice(file, this.#options);
		const key = choice.kind === 'local' ? choice.model : '';
		const opened = this.#opened.get(key) ?? (await this.#open(choice, file));
		this.#opened.set(key, opened);
		return { judge: opened.judge, prompt };
	}

	/** Of whom scores already there should be. For a server as far as the flags say: none is started to compare names. */
	async asked(file: ResponseFile): Promise<AskedJudge> {
		if (judgeChoice(file, this.#options).kind === 'local') {
			const { judge, prompt } = await this.of(file);
			return judge.identity(prompt);
		}
		return { kind: 'server', name: serverModel(this.#options), prompt: judgePromptHash(await this.#prompt(file)) };
	}

	async release(): Promise<void> {
		for (const { close } of this.#opened.values()) await close();
	}

	async #prompt({ settings: { behavior } }: ResponseFile): Promise<JudgePrompt> {
		const prompt = this.#prompts.get(behavior) ?? (await readJudgePrompt(behavior, this.#options.judgePrompts));
		this.#prompts.set(behavior, prompt);
		return prompt;
	}

	async #open(choice: JudgeChoice, file: ResponseFile): Promise<OpenedJudge> {
		const { judgeModel, server, serverSettings, ...options } = this.#options;
		if (choice.kind === 'local') return await openJudge({ ...options, judgeModel: choice.model });
		try {
			return await openJudge({ ...options, judgeModel, server: server ?? serverSettings ?? {} });
		} catch (error) {
			const isChosen = server !== undefined;
			if (isChosen || !(error instanceof SteeringError) || error.code !== 'ERR_NETWORK') throw error;
			// Nobody chose a server: what is missing is a choice.
			const message = `no judge for the replies of ${file.settings.model} (${file.path}): ${error.message}`;
			throw new SteeringError('ERR_NETWORK', message, { ...(error.hint ? { hint: error.hint } : {}), cause: error });
		}
	}
}
