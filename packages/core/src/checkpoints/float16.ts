/** The 65,536 values of float16. */
const VALUES = Float32Array.from({ length: 0x10000 }, (_, bits) => numberOf(bits));

/** The number that 16 bits of IEEE 754 binary16 stand for; exact. */
export function fromFloat16(bits: number): number {
	return VALUES[bits]!;
}

function numberOf(bits: number): number {
	const sign = bits & 0x8000 ? -1 : 1;
	const exponent = (bits >> 10) & 0x1f;
	const fraction = bits & 0x3ff;
	if (exponent === 0) return sign * fraction * 2 ** -24;
	if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
	return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const INFINITY = 0x7c00;
const NAN = 0x7e00;
/** Float32 bits of the smallest magnitude that float16 holds as a normal number, 2^-14. */
const SMALLEST_NORMAL = 113 << 23;
/** Float32 bits of 65520: from there on the nearest float16 is infinity. */
const OVERFLOW = 0x477ff000;
const FLOAT32_INFINITY = 0x7f800000;

/** Rounds float32 numbers to the nearest float16, ties to even, as NumPy and PyTorch do. */
export function toFloat16(values: Float32Array): Uint16Array {
	const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
	const result = new Uint16Array(values.length);
	for (let i = 0; i < bits.length; i++) {
		const sign = (bits[i]! >>> 16) & 0x8000;
		result[i] = sign | magnitude(bits[i]! & 0x7fffffff);
	}
	return result;
}

function magnitude(bits: number): number {
	if (bits >= OVERFLOW) return bits > FLOAT32_INFINITY ? NAN : INFINITY;
	// Half of what is cut off, less one where the last bit that stays is even: ties go to even.
	if (bits >= SMALLEST_NORMAL) return (bits - (112 << 23) + 0xfff + ((bits >>> 13) & 1)) >>> 13;
	const shift = 126 - (bits >>> 23);
	if (shift > 24) return 0;
	const fraction = (bits & 0x7fffff) | 0x800000;
	return (fraction + (1 << (shift - 1)) - 1 + ((fraction >>> shift) & 1)) >>> shift;
}
