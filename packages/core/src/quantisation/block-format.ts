/** Numbers along a row that share a scale. */
export const BLOCK = 32;

/** How a matrix lies in blocks of {@link BLOCK}: value = scale (code - zero point). */
export interface BlockFormat {
	readonly bits: 4 | 8;
	/** Whether blocks have zero points of their own; without, it is the middle code, 8 or 128. */
	readonly zeroPoints: boolean;
}

/**
 * Whole rows (rows, columns) in blocks, as `MatMulNBits` and `GatherBlockQuantized` read them.
 * @see https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MatMulNBits
 */
export interface QuantisedRows {
	/** uint8 or, two to a byte and the lower half first, uint4: (rows, columns / 32, 16 or 32 bytes). */
	readonly codes: Uint8Array;
	/** (rows, columns / 32). */
	readonly scales: Float32Array;
	/** Packed like codes, each row in whole bytes: (rows, columns / 32) uint8 or (rows, ceil(columns / 64)) of two uint4. */
	readonly zeroPoints?: Uint8Array | undefined;
}

export function isWholeBlocks(columns: number): boolean {
	return columns % BLOCK === 0;
}

/** The code that stands for 0 where blocks have no zero points. */
export function middleCode({ bits }: BlockFormat): number {
	return 2 ** (bits - 1);
}

/** Bytes of each part in one row of `columns` numbers. */
export function rowBytes({ bits, zeroPoints }: BlockFormat, columns: number) {
	const blocks = columns / BLOCK;
	return {
		codes: (columns * bits) / 8,
		scales: 4 * blocks,
		zeroPoints: zeroPoints ? Math.ceil((blocks * bits) / 8) : 0,
	};
}
