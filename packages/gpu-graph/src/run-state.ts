import {
	appendFileSync,
	closeSync,
	fdatasync,
	fdatasyncSync,
	fsyncSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SteeringError } from '@steering/core/errors';
import { type JobRecord, parseRecords, serializeRecords } from './job-record.js';
import { cannotKeep, makeFolder } from './run-folder.js';

const JOURNAL = 'journal.jsonl';
/** What a power cut may cost. A sync for each transition would cost milliseconds a job. */
const SYNC_AFTER_MS = 200;

/** Where each job of a run was left, by name; empty for a run that never started. For onlookers: takes no lock. */
export function readRunState(dir: string): Map<string, JobRecord> {
	const path = join(dir, JOURNAL);
	try {
		return parseRecords(readFileSync(path, 'utf8'), path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
		if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
		throw cannotKeep(dir, 'the state of the run', error);
	}
}

/**
 * The durable state of a run, for the one runner that holds its lock: an append-only journal, compacted at each start.
 * A transition is in the kernel's hands when `record` returns, so `kill -9` loses none; the disk follows in the
 * background, one sync for all transitions of the last moments, so that a power cut loses those and a job pays nothing.
 */
export class RunState {
	readonly #dir: string;
	readonly #fd: number;
	readonly #records: Map<string, JobRecord>;
	#n: number;
	#timer: NodeJS.Timeout | undefined;
	#syncing: Promise<void> | undefined;
	#syncError: unknown;
	#writeError: SteeringError | undefined;

	constructor(dir: string, run: string) {
		makeFolder(dir, 'the state of the run');
		this.#records = readRunState(dir);
		this.#n = [...this.#records.values()].reduce((most, { n }) => Math.max(most, n), 0);
		try {
			this.#fd = replace(dir, serializeRecords(run, this.#records.values()));
		} catch (cause) {
			throw cannotKeep(dir, 'the state of the run', cause);
		}
		this.#dir = dir;
	}

	get records(): ReadonlyMap<string, JobRecord> {
		return this.#records;
	}

	/**
	 * Records a transition. A start keeps the last duration; everything else keeps what the start recorded.
	 * @throws {SteeringError} ERR_FAILED when the disk does not take it
	 */
	record(change: Omit<JobRecord, 'n' | 'at' | 'startN'>): void {
		const before = this.#records.get(change.job);
		// What a full disk cut short is dropped at the next start as long as it stays the journal's last line.
		if (this.#writeError) throw this.#writeError;
		this.#n++;
		const start = change.state === 'running' ? { startN: this.#n } : {};
		const kept = {
			startN: before?.startN,
			fingerprint: before?.fingerprint,
			seconds: before?.seconds,
			slot: before?.slot,
		};
		const { job, state, ...rest } = change;
		const record: JobRecord = { job, state, n: this.#n, at: Date.now(), ...kept, ...start, ...rest };
		this.#records.set(record.job, record);
		try {
			appendFileSync(this.#fd, `${JSON.stringify(record)}\n`);
		} catch (cause) {
			this.#writeError = cannotKeep(this.#dir, 'the state of the run', cause);
			throw this.#writeError;
		}
		this.#syncSoon();
	}

	/** What was recorded is on the disk when it returns: for what must not be done twice even after a power cut. */
	flush(): void {
		fdatasyncSync(this.#fd);
	}

	/** Returns when everything recorded is on the disk. */
	async close(): Promise<void> {
		clearTimeout(this.#timer);
		await this.#syncing;
		try {
			fdatasyncSync(this.#fd);
			if (this.#syncError) throw this.#syncError;
		} catch (cause) {
			throw new SteeringError('ERR_FAILED', 'the state of the run may not have reached the disk', { cause });
		} finally {
			closeSync(this.#fd);
		}
	}

	#syncSoon(): void {
		this.#timer ??= setTimeout(() => {
			this.#timer = undefined;
			this.#syncing = promisify(fdatasync)(this.#fd).catch((error: unknown) => {
				this.#syncError = error;
			});
		}, SYNC_AFTER_MS).unref();
	}
}

/** Puts `text` in the journal's place in one step, on the disk, and returns it open for appending. */
function replace(dir: string, text: string): number {
	const temporary = join(dir, `${JOURNAL}.${process.pid}.tmp`);
	const fd = openSync(temporary, 'w');
	try {
		appendFileSync(fd, text);
		fsyncSync(fd);
		renameSync(temporary, join(dir, JOURNAL));
		syncFolder(dir);
		return fd;
	} catch (error) {
		closeSync(fd);
		rmSync(temporary, { force: true });
		throw error;
	}
}

/** Without it a power cut may take back the rename. Not every system opens folders. */
function syncFolder(dir: string): void {
	if (process.platform === 'win32') return;
	const fd = openSync(dir, 'r');
	try {
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}
