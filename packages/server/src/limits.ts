/** What the server takes on; each bound keeps memory or time finite whoever connects. */
export interface ServerLimits {
	/** Bytes of a request: a context of 128k tokens is half a megabyte, ids as JSON a few. */
	bodyBytes: number;
	/** Bytes of all requests that are being read or looked at; more are told to come again. */
	bodiesBytes: number;
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
	bodiesBytes: 128 * 1024 * 1024,
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
/** Characters of answers, and of what they are tokenised with, times prompts: a second of work. */
export const MAX_ANSWER_CHARACTERS = 1_000_000;
export const SEAM_CHARACTERS = 256;
export const MAX_STEERING = 1024;
/** A chat reply's tokens at most when the request does not say. */
export const CHAT_TOKENS = 1024;
/** A completion's, as in OpenAI's own interface. */
export const COMPLETION_TOKENS = 16;
/** No text has so many; a run of blanks could, and still fit. */
export const CHARACTERS_PER_TOKEN = 16;
/** The tokenizer's time grows with the square of a word's length: 20,000 letters take 50 ms, 200,000 take 4 s. */
export const MAX_RUN = 20_000;
