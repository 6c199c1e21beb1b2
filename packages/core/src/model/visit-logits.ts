import type { Intervention } from '../interventions/index.js';
import type { DecoderSession } from './decoder-session.js';
import { runTokens } from './run-tokens.js';
import { TOKENS_PER_RUN } from './tokens-per-run.js';

/** A sequence, and the positions whose logits are wanted: those after the token that stands there. */
export interface LogitsRow {
	ids: readonly number[];
	/** Indices into `ids`, ascending, at least one. */
	positions: readonly number[];
	/** Tokens of `ids` that are the prompt, for `toks`; default: all. */
	promptLength?: number | undefined;
}

export interface LogitsAt {
	/** Index into `variants`. */
	variant: number;
	/** Index into `rows`, and into that row's `positions`. */
	row: number;
	place: number;
	/** (vocab). Its memory is used again once this batch is done. */
	logits: Float32Array;
	/** The logits of the first variant at the same place: what the others are compared with. */
	first: Float32Array;
}

export interface VisitRequest {
	rows: readonly LogitsRow[];
	/**
	 * What is done to the activations, one run over all rows each; no interventions at all is the plain model, run in the same
	 * graph and the same batches, so that an intervention that changes nothing differs from it by nothing.
	 */
	variants: readonly (readonly Intervention[])[];
	signal?: AbortSignal | undefined;
	onLogits: (at: LogitsAt) => void;
	/** Told how many (row, variant) pairs, or parts of them, were run. */
	onProgress?: ((runs: number) => void) | undefined;
}

/** Logits of one run: 349 positions of a vocabulary of 48,000. Two such blocks are held, the first variant's and the present one's. */
const LOGITS_BYTES = 64 << 20;

/** A row, or a part of one whose logits are too many for one run: it is read again up to that part's last position. */
interface Part {
	row: number;
	/** Index of its first position among the row's. */
	from: number;
	ids: readonly number[];
	positions: readonly number[];
	promptLength: number;
}

/**
 * Shows logits at chosen positions, batch by batch and within a batch variant by variant, in the order given. Batches depend on
 * the rows alone, and memory does not grow with them.
 */
export async function visitLogits(session: DecoderSession, request: VisitRequest): Promise<void> {
	const { variants, signal, onProgress } = request;
	for (const parts of batches(request.rows, session.stream.vocab)) {
		let first: Float32Array | undefined;
		for (const [variant, interventions] of variants.entries()) {
			signal?.throwIfAborted();
			const logits = await run(session, parts, interventions);
			first ??= logits;
			show(parts, logits, first, variant, session.stream.vocab, request.onLogits);
			onProgress?.(parts.length);
		}
	}
}

async function run(session: DecoderSession, parts: readonly Part[], interventions: readonly Intervention[]) {
	const outputs = await runTokens(session, {
		tokens: parts.map(({ ids }) => ids),
		interventions: session.feedsFor(parts.map(() => interventions)),
		promptLengths: parts.map(({ promptLength }) => promptLength),
		readout: parts.map(({ positions }) => positions),
		outputs: ['logits'],
	});
	return outputs.logits!.data as Float32Array;
}

function show(
	parts: readonly Part[],
	logits: Float32Array,
	first: Float32Array,
	variant: number,
	vocab: number,
	onLogits: VisitRequest['onLogits'],
): void {
	const longest = longestReadout(parts);
	for (const [p, { row, from, positions }] of parts.entries()) {
		for (let i = 0; i < positions.length; i++) {
			const [start, end] = [(p * longest + i) * vocab, (p * longest + i + 1) * vocab];
			const at = { variant, row, place: from + i };
			onLogits({ ...at, logits: logits.subarray(start, end), first: first.subarray(start, end) });
		}
	}
}

const longestReadout = (parts: readonly Part[]) => Math.max(...parts.map(({ positions }) => positions.length));

/** Parts of similar length run together, so that little is padded. */
function batches(rows: readonly LogitsRow[], vocab: number): Part[][] {
	const places = Math.max(1, Math.floor(LOGITS_BYTES / (4 * vocab)));
	const parts = rows.flatMap((row, r) => partsOf(row, r, places));
	parts.sort((a, b) => a.ids.length - b.ids.length || a.row - b.row || a.from - b.from);
	const made: Part[][] = [];
	for (const part of parts) {
		const batch = made.at(-1);
		const wider = [...(batch ?? []), part];
		const fits = wider.length * part.ids.length <= TOKENS_PER_RUN && wider.length * longestReadout(wider) <= places;
		if (batch && fits) batch.push(part);
		else made.push([part]);
	}
	return made;
}

function partsOf({ ids, positions, promptLength = ids.length }: LogitsRow, row: number, places: number): Part[] {
	const starts = Array.from({ length: Math.ceil(positions.length / places) }, (_, i) => i * places);
	return starts.map((from) => {
		const own = positions.slice(from, from + places);
		return { row, from, ids: ids.slice(0, own.at(-1)! + 1), positions: own, promptLength };
	});
}
