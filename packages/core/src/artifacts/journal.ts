import {
	appendFileSync,
	closeSync,
	fdatasyncSync,
	ftruncateSync,
	mkdirSync,
	openSync,
	readSync,
	rmSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type ZodType, z } from 'zod';
import { SteeringError } from '../errors/index.js';
import { describeIssues, fileError } from './read-json.js';

const headerSchema = z.strictObject({ journal: z.literal(1), key: z.string() });
/** Lines survive `kill -9` at once; they are forced to the disk, against a power cut, this often. */
const SYNC_MS = 1000;
/** Read at a time; a line may be longer. */
const BLOCK_BYTES = 1 << 20;
const NEWLINE = 10;

/**
 * Finished units of work, one JSON line each, in `PATH.partial.jsonl` until `PATH` itself is written.
 *
 * `key` says what the units depend on (seed, settings, fingerprint…): a journal of another key is refused, so that a
 * resumed command never mixes two kinds of work. One process writes at a time: see {@link withLock}.
 */
export class Journal<T> {
	readonly path: string;
	readonly #schema: ZodType<T>;
	readonly #key: string;
	#file: number | undefined;
	#syncedAt = 0;

	constructor(path: string, schema: ZodType<T>, { key = '' }: { key?: string } = {}) {
		this.path = `${path}.partial.jsonl`;
		this.#schema = schema;
		this.#key = key;
	}

	/**
	 * The units so far. A torn last line, the trace of a killed process, is left out: its unit is done again.
	 *
	 * @throws SteeringError ERR_MISMATCH for a journal of another key, ERR_BAD_FILE for one that is damaged elsewhere.
	 */
	entries(): T[] {
		return [...this.units()];
	}

	/** The same one by one, so that a journal may be larger than memory. Throws as {@link entries}. */
	*units(): Generator<T> {
		for (const { unit } of this.#checked()) if (unit !== undefined) yield unit;
	}

	/** The header, without a unit, and the units, each with the byte after its line. */
	*#checked(): Generator<{ unit?: T; end: number }> {
		let number = 0;
		for (const { text, end } of this.#lines()) {
			number++;
			if (number > 1) yield { unit: this.#parse(text, this.#schema, number), end };
			else {
				this.#checkKey(text);
				yield { end };
			}
		}
	}

	#checkKey(line: string): void {
		if (this.#parse(line, headerSchema, 1).key === this.#key) return;
		throw new SteeringError('ERR_MISMATCH', `${this.path} holds unfinished work of other flags or another model`, {
			hint: 'finish it with the flags it was started with, or start again with --overwrite',
		});
	}

	append(unit: T): void {
		this.#file ??= this.#open();
		this.#write(unit);
	}

	/** Closes the file; a later append opens it again. */
	close(): void {
		if (this.#file === undefined) return;
		fdatasyncSync(this.#file);
		closeSync(this.#file);
		this.#file = undefined;
	}

	/** To be called once the final file is in place. */
	remove(): void {
		if (this.#file !== undefined) closeSync(this.#file);
		this.#file = undefined;
		rmSync(this.path, { force: true });
	}

	#open(): number {
		let length = 0;
		for (const { end } of this.#checked()) length = end;
		mkdirSync(dirname(this.path), { recursive: true });
		this.#file = openSync(this.path, 'a');
		// A new line must not be glued to a torn one.
		ftruncateSync(this.#file, length);
		if (length === 0) this.#write({ journal: 1, key: this.#key });
		return this.#file;
	}

	#write(value: unknown): void {
		if (this.#file === undefined) return;
		appendFileSync(this.#file, `${JSON.stringify(value)}\n`);
		if (Date.now() - this.#syncedAt < SYNC_MS) return;
		fdatasyncSync(this.#file);
		this.#syncedAt = Date.now();
	}

	/** Lines that end, each with the byte after it. */
	*#lines(): Generator<{ text: string; end: number }> {
		const file = this.#openToRead();
		if (file === undefined) return;
		try {
			let line: Buffer[] = [];
			for (let position = 0; ; ) {
				const block = this.#readBlock(file, position);
				if (block.length === 0) return;
				let from = 0;
				for (let to = block.indexOf(NEWLINE); to !== -1; to = block.indexOf(NEWLINE, from)) {
					yield { text: Buffer.concat([...line, block.subarray(from, to)]).toString(), end: position + to + 1 };
					line = [];
					from = to + 1;
				}
				line.push(block.subarray(from));
				position += block.length;
			}
		} finally {
			closeSync(file);
		}
	}

	#openToRead(): number | undefined {
		try {
			return openSync(this.path, 'r');
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
			throw fileError(this.path, error);
		}
	}

	#readBlock(file: number, position: number): Buffer {
		const block = Buffer.allocUnsafe(BLOCK_BYTES);
		try {
			return block.subarray(0, readSync(file, block, 0, BLOCK_BYTES, position));
		} catch (error) {
			throw fileError(this.path, error);
		}
	}

	#parse<U>(line: string, schema: ZodType<U>, number: number): U {
		const damaged = (reason: string, cause: unknown) =>
			new SteeringError('ERR_BAD_FILE', `${this.path}, line ${number}: ${reason}`, {
				hint: 'remove the file, or start again with --overwrite',
				cause,
			});
		let value: unknown;
		try {
			value = JSON.parse(line);
		} catch (cause) {
			throw damaged('not JSON', cause);
		}
		const result = schema.safeParse(value);
		if (!result.success) throw damaged(describeIssues(result.error.issues), result.error);
		return result.data;
	}
}
