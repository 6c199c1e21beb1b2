/** What the server takes on; each bound keeps memory or time finite whoever connects. */
export interface ServerLimits {
	/** Bytes of a request: a context of 128k tokens is half a megabyte, ids as JSON a few. */
	bodyBytes: number;
	/** Bytes of a stream that its reader has not taken; then it is cut off. A long reply with log-probabilities fits. */
	unreadBytes: number;
	/** Milliseconds that a reader has to take what is left once a reply is complete. */
	readerMs: number;
	/** Milliseconds for a client to send its headers, and the whole request. */
	headersMs: number;
	requestMs: number;
	/** Sockets open at once. */
	connections: number;
}

export const DEFAULT_SERVER_LIMITS: ServerLimits = {
	bodyBytes: 10 * 1024 * 1024,
	unreadBytes: 4 * 1024 * 1024,
	readerMs: 60_000,
	headersMs: 10_000,
	requestMs: 60_000,
	connections: 1024,
};

/** Replies of one prompt, and prompts of one request. */
export const MAX_CHOICES = 128;
export const MAX_PROMPTS = 256;
/** OpenAI's own bounds. */
export const MAX_TOP_LOGPROBS = 20;
/** Log-probabilities in a response that goes out whole: 12,000 tokens with the 20 likeliest each, 25 MB. */
export const MAX_TOLD = 250_000;
export const MAX_STOPS = 4;
export const MAX_STOP_LENGTH = 1000;
export const MAX_ANSWERS = 1024;
export const MAX_ANSWER_LENGTH = 1000;
export const MAX_STEERING = 1024;
/** A chat reply's tokens at most when the request does not say. */
export const CHAT_TOKENS = 1024;
/** A completion's, as in OpenAI's own interface. */
export const COMPLETION_TOKENS = 16;
