import { type ErrorCode, SteeringError } from '@steering/core/errors';

/** An error as OpenAI's clients expect it: a status, and a body with message, type, param and code. */
export class ApiError extends Error {
	override readonly name = 'ApiError';
	readonly status: number;
	readonly param: string | null;
	readonly code: string | null;

	constructor(status: number, message: string, options: { param?: string; code?: string; cause?: unknown } = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.status = status;
		this.param = options.param ?? null;
		this.code = options.code ?? null;
	}

	get body() {
		return { error: { message: this.message, type: TYPES[this.status] ?? SERVER, param: this.param, code: this.code } };
	}
}

const INVALID = 'invalid_request_error';
const SERVER = 'server_error';
const TYPES: Record<number, string> = {
	400: INVALID,
	401: 'authentication_error',
	403: 'permission_error',
	404: INVALID,
	405: INVALID,
	413: INVALID,
	415: INVALID,
	429: 'rate_limit_error',
};

/** What the request is to blame for, and what passes when it is sent again later. */
const STATUS_OF: Partial<Record<ErrorCode, number>> = {
	ERR_USAGE: 400,
	ERR_MISMATCH: 400,
	ERR_BAD_FILE: 400,
	ERR_MISSING_INPUT: 400,
	ERR_FAILED: 400,
	ERR_BUSY: 429,
	ERR_ABORTED: 503,
};

/** Messages of errors that nobody foresaw stay on this side: they may tell of files. */
export function toApiError(error: unknown): ApiError {
	if (error instanceof ApiError) return error;
	if (!(error instanceof SteeringError)) return new ApiError(500, 'the server failed', { cause: error });
	const message = error.hint ? `${error.message}; ${error.hint}` : error.message;
	return new ApiError(STATUS_OF[error.code] ?? 500, message, { code: error.code.toLowerCase(), cause: error });
}
