/** Exit codes of every command: DESIGN "How commands behave". */
export const EXIT = { ok: 0, failure: 1, usage: 2, missingInput: 3 } as const;

/** Stable codes: scripts may match on them, so a released code is never renamed. */
export type ErrorCode =
	/** The flags, or the values given to them, make no sense. Exit 2. */
	| 'ERR_USAGE'
	/** A file, folder, model or data set that a step needs is not there. Exit 3. */
	| 'ERR_MISSING_INPUT'
	/** A file is there but is not what it claims to be: truncated, corrupt, wrong shape or dtype. */
	| 'ERR_BAD_FILE'
	/** An ONNX graph in which no residual stream, or no such hook point, can be found. */
	| 'ERR_UNSUPPORTED_GRAPH'
	/** Two good things that do not belong together: a vector of another width, or of another model. */
	| 'ERR_MISMATCH'
	/** A server or download that failed or answered nonsense. */
	| 'ERR_NETWORK'
	/** Somebody else holds the lock on an output. */
	| 'ERR_LOCKED'
	/** Known, named, and not offered by this version. Exit 2. */
	| 'ERR_NOT_OFFERED'
	/** As much work waits as is taken on: try again later. */
	| 'ERR_BUSY'
	/** Stopped by a signal or by the caller. */
	| 'ERR_ABORTED'
	/** The work itself failed: a job of a run, a judge that answers nonsense, a check that does not hold. */
	| 'ERR_FAILED';

const EXIT_OF: Partial<Record<ErrorCode, number>> = {
	ERR_USAGE: EXIT.usage,
	ERR_NOT_OFFERED: EXIT.usage,
	ERR_MISSING_INPUT: EXIT.missingInput,
};

/**
 * The one error a user is meant to see. `message` says what and where in one line; `hint` says what to do next.
 * Commands print `message; hint` on a single line and exit with `exitCode`; the stack only shows with `--debug`.
 */
export class SteeringError extends Error {
	override readonly name = 'SteeringError';
	readonly code: ErrorCode;
	readonly hint: string | undefined;
	readonly exitCode: number;

	constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.code = code;
		this.hint = options.hint;
		this.exitCode = EXIT_OF[code] ?? EXIT.failure;
	}
}
