import { readFile, stat } from 'node:fs/promises';
import { fileError } from '../artifacts/read-json.js';
import { SteeringError } from '../errors/index.js';

/** Reads a file that is not larger than anything of its kind. Throws ERR_MISSING_INPUT, ERR_BAD_FILE. */
export async function readBounded(path: string, kind: string, maxBytes: number): Promise<Uint8Array> {
	const info = await stat(path).catch((cause) => {
		throw fileError(path, cause);
	});
	const { size } = info;
	// A device or a pipe has no size, and may have no end.
	if (!info.isFile()) throw badFile(path, kind, new Error('it is no regular file'));
	if (size > maxBytes) throw badFile(path, kind, new Error(`it has ${size} bytes, the limit is ${maxBytes}`));
	const bytes = await readFile(path).catch((cause) => {
		throw fileError(path, cause);
	});
	// Not as a Buffer, whose slice() does not copy.
	return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Runs a parser over a file's bytes: whatever it throws names the file. Throws ERR_BAD_FILE. */
export function parseFile<T>(path: string, kind: string, parse: () => T): T {
	try {
		return parse();
	} catch (cause) {
		throw badFile(path, kind, cause);
	}
}

export function badFile(path: string, kind: string, cause: unknown): SteeringError {
	const reason = cause instanceof Error ? cause.message : String(cause);
	return new SteeringError('ERR_BAD_FILE', `${path} is not ${kind} (${reason})`, {
		hint: 'check where it came from: it is damaged, or no such file at all',
		cause,
	});
}

/** Text of a file, fit for one line of a terminal. */
export function quoted(text: string): string {
	const cut = text.length > 80 ? `${text.slice(0, 80)}…` : text;
	return /^[\w.$<>-]+$/.test(cut) ? cut : JSON.stringify(cut).replace(/[\u007f-\u009f\u2028\u2029]/g, '?');
}
