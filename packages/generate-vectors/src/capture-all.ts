import { Journal } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import type { HookedModel, ListedLayer } from '@steering/core/model';
import { z } from 'zod';
import type { AnswerExample } from './answer-examples.js';

/** Examples between two lines of the journal: what a killed command loses at most, and what is in memory at once. */
const EXAMPLES_PER_CHUNK = 64;

const unitSchema = z.object({
	chunk: z.int().min(0),
	/** Of each layer, (examples of the chunk, width) float32, little-endian, in base64. */
	activations: z.array(z.base64()),
	logOdds: z.array(z.number()),
});
type Unit = z.output<typeof unitSchema>;

export function captureJournal(path: string, key: string): Journal<Unit> {
	return new Journal(path, unitSchema, { key });
}

export interface CaptureWork {
	model: HookedModel;
	layers: readonly ListedLayer[];
	/** Token ids. */
	examples: readonly (readonly number[])[];
	/** With log-odds: the answer token of each example, and the other one. */
	answers: readonly AnswerExample[] | undefined;
}

/** What was captured of some examples that follow one another. */
export interface CapturedChunk {
	/** The first of them. */
	start: number;
	/** Of each layer (examples, width), row-major. */
	activations: Float32Array[];
	/** (examples); zeros without answers. */
	logOdds: number[];
}

export interface CaptureAllOptions {
	signal?: AbortSignal | undefined;
	onProgress?: ((done: number) => void) | undefined;
}

/**
 * Captures all examples in their order, a chunk at a time; what the journal holds comes first. Chunks are always the same, so that a
 * resumed capture ends with the numbers of an uninterrupted one.
 */
export async function* captureAll(
	work: CaptureWork,
	journal: Journal<Unit>,
	options: CaptureAllOptions,
): AsyncGenerator<CapturedChunk> {
	let chunk = 0;
	for (const unit of journal.units()) {
		options.signal?.throwIfAborted();
		const known = decode(unit);
		requireFit(work, journal, known, chunk++);
		yield known;
		options.onProgress?.(known.logOdds.length);
	}
	for (; chunk * EXAMPLES_PER_CHUNK < work.examples.length; chunk++) {
		const captured = await captureChunk(work, chunk * EXAMPLES_PER_CHUNK, options);
		journal.append(encode(chunk, captured));
		yield captured;
	}
}

async function captureChunk(
	{ model, layers, examples, answers }: CaptureWork,
	start: number,
	options: CaptureAllOptions,
): Promise<CapturedChunk> {
	const chunk = examples.slice(start, start + EXAMPLES_PER_CHUNK);
	const logOdds = Array<number>(chunk.length).fill(0);
	const onLogits = (example: number, logits: Float32Array) => {
		const { match, other } = answers![start + example]!;
		logOdds[example] = logits[match]! - logits[other]!;
	};
	const points = layers.map(({ point }) => point);
	const activations = await model.capture(chunk, points, { ...options, ...(answers ? { onLogits } : {}) });
	return { start, activations, logOdds };
}

/** Journals are written in order, whole lines at a time: anything else was changed by others. */
function requireFit(work: CaptureWork, { path }: Journal<Unit>, found: CapturedChunk, chunk: number): void {
	const { model, layers, examples } = work;
	const start = chunk * EXAMPLES_PER_CHUNK;
	const rows = Math.min(EXAMPLES_PER_CHUNK, examples.length - start);
	const whole = found.activations.every(({ length }) => length === rows * model.info.width);
	const counts = found.logOdds.length === rows && found.activations.length === layers.length;
	if (found.start === start && whole && counts) return;
	throw new SteeringError('ERR_BAD_FILE', `${path}, line ${chunk + 2}: not the next ${rows} examples`, {
		hint: 'remove the file, or start again with --overwrite',
	});
}

function encode(chunk: number, { activations, logOdds }: CapturedChunk): Unit {
	const base64 = (rows: Float32Array) => Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength).toString('base64');
	return { chunk, activations: activations.map(base64), logOdds };
}

function decode({ chunk, activations, logOdds }: Unit): CapturedChunk {
	const start = chunk * EXAMPLES_PER_CHUNK;
	return { start, activations: activations.map(floats), logOdds };
}

/** Bytes that are no whole number of floats are left out: the length tells. */
function floats(base64: string): Float32Array {
	const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
	return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
}
