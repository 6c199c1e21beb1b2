import { createInterface } from 'node:readline';
import { SteeringError } from '@steering/core/errors';
import { execa, type ResultPromise } from 'execa';
import type { SideAnswer, SideRequest } from './requests.js';

type SideProcess = ResultPromise<{ stdin: 'pipe'; stdout: 'pipe'; buffer: { stdout: false }; reject: false }>;

export interface SideCommand {
	/** As it appears in tables. */
	name: string;
	file: string;
	args: readonly string[];
}

/** One side of a comparison: a process that has its model loaded and answers a round at a time. */
export class Side {
	readonly name: string;
	readonly #process: SideProcess;
	readonly #lines: AsyncIterator<string>;

	private constructor(name: string, process: SideProcess) {
		this.name = name;
		this.#process = process;
		this.#lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
	}

	/** Throws ERR_FAILED when the process ends instead of being ready. */
	static async open({ name, file, args }: SideCommand, signal?: AbortSignal): Promise<Side> {
		const process = execa(file, args, {
			...{ stdin: 'pipe', stdout: 'pipe', buffer: { stdout: false }, reject: false },
			...(signal ? { cancelSignal: signal } : {}),
		}) as SideProcess;
		const side = new Side(name, process);
		await side.#answer('start');
		return side;
	}

	/** Throws ERR_FAILED with what the side says. */
	async ask(request: SideRequest): Promise<SideAnswer> {
		this.#process.stdin.write(`${JSON.stringify(request)}\n`);
		return (await this.#answer(request.op)) as unknown as SideAnswer;
	}

	async close(): Promise<void> {
		this.#process.stdin.end();
		await this.#process;
	}

	async #answer(what: string): Promise<object> {
		const { value, done } = await this.#lines.next();
		if (done) throw await this.#ended(what);
		const answer = JSON.parse(value) as { error?: string };
		if (answer.error === undefined) return answer;
		throw new SteeringError('ERR_FAILED', `${this.name} failed at ${what}: ${answer.error}`);
	}

	async #ended(what: string): Promise<Error> {
		const { stderr, isCanceled } = await this.#process;
		if (isCanceled) return new SteeringError('ERR_ABORTED', `${this.name} was stopped`);
		const reason = String(stderr ?? '')
			.trim()
			.split('\n')
			.at(-1);
		return new SteeringError('ERR_FAILED', `${this.name} ended at ${what}: ${reason}`);
	}
}
