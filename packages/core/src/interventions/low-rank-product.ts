/** left (width, rank) right (rank, width): the part of an eraser that is unique, whatever the signs of its factors. */
export function lowRankProduct(
	left: ArrayLike<number>,
	right: ArrayLike<number>,
	width: number,
	rank: number,
): Float64Array {
	const product = new Float64Array(width * width);
	for (let i = 0; i < width; i++) {
		for (let k = 0; k < rank; k++) {
			const factor = left[i * rank + k]!;
			for (let j = 0; j < width; j++) product[i * width + j]! += factor * right[k * width + j]!;
		}
	}
	return product;
}
