import { fitLogOdds, type LeaceEraser, MeanDifferenceFitter } from '@steering/core/erasure';
import { ActivationsDraft, type Provenance, writeEraser, writeVector } from '@steering/core/vectors';

/** Where one layer's files go, and what they say of themselves. */
export interface LayerTarget {
	/** Activations of the positives. */
	positive: string;
	/** Those of the negatives, with log-odds the eraser. */
	other: string;
	vector: string;
	provenance: Provenance;
	/** What errors call the layer's activations: their data and hook point. */
	name: string;
	/** Examples of both sides together. */
	examples: number;
	width: number;
}

/**
 * The files of one layer, made as its activations arrive: drafts of the activations, and what the vector is fitted to. Nothing is in
 * its place before `finish`.
 */
export interface LayerFiles {
	/** Takes activations of the examples from `start` on, (some, width); examples come in their order. */
	add(start: number, rows: Float32Array): Promise<void>;
	/** Fits the vector: numbers that nothing can be fitted to are found here. Throws ERR_BAD_FILE. */
	fit(): Promise<void>;
	/** Puts the files in their places, the vector last: where it is, the others are too. */
	finish(): Promise<void>;
	/** Removes what was not finished. */
	discard(): Promise<void>;
}

/** What activations say of themselves. */
export function sidesOf(provenance: Provenance): Record<'positive' | 'negative', Provenance> {
	return { positive: { ...provenance, side: 'positive' }, negative: { ...provenance, side: 'negative' } };
}

/** SPEC 1.3: mean of the positives minus mean of the negatives. */
export async function meanDifferenceFiles(target: LayerTarget): Promise<LayerFiles> {
	const { provenance, width, name, examples } = target;
	const cut = provenance.positives;
	const made = sidesOf(provenance);
	const positives = await ActivationsDraft.create(target.positive, { rows: cut, width }, made.positive);
	const size = { rows: examples - cut, width };
	const negatives = await ActivationsDraft.create(target.other, size, made.negative).catch(async (error) => {
		await positives.discard();
		throw error;
	});
	const names = { positives: `positives of ${name}`, negatives: `negatives of ${name}` };
	const fitter = new MeanDifferenceFitter(width, names);
	let vector: Float32Array;
	return {
		async add(start, rows) {
			const split = Math.max(0, cut - start) * width;
			const [high, low] = [rows.subarray(0, split), rows.subarray(split)];
			fitter.update('positives', high).update('negatives', low);
			if (high.length > 0) await positives.write(start, high);
			if (low.length > 0) await negatives.write(Math.max(0, start - cut), low);
		},
		async fit() {
			vector = fitter.fit();
		},
		async finish() {
			await positives.finish();
			await negatives.finish();
			await writeVector(target.vector, { vector, provenance });
		},
		async discard() {
			await positives.discard();
			await negatives.discard();
		},
	};
}

/**
 * SPEC 1.3, "Logit": the direction along which the log-odds of the answers grow, and the eraser of the log-odds. All examples are
 * positives; `logOdds` is read when they are fitted.
 */
export async function logOddsFiles(target: LayerTarget, logOdds: Float64Array): Promise<LayerFiles> {
	const { provenance, width, name, examples } = target;
	const positives = await ActivationsDraft.create(
		target.positive,
		{ rows: examples, width },
		sidesOf(provenance).positive,
	);
	let made: { vector: Float32Array; eraser: LeaceEraser };
	return {
		add: (start, rows) => positives.write(start, rows),
		async fit() {
			const { activations, close } = await positives.read();
			try {
				const { vector, eraser } = fitLogOdds({ ...activations, name }, logOdds);
				made = { vector: Float32Array.from(vector), eraser };
			} finally {
				await close();
			}
		},
		async finish() {
			await positives.finish();
			await writeEraser(target.other, made.eraser, provenance);
			await writeVector(target.vector, { vector: made.vector, provenance });
		},
		discard: () => positives.discard(),
	};
}
