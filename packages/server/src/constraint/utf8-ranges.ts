/** Inclusive ranges of code points, ascending and apart. */
export type CodePoints = readonly (readonly [low: number, high: number])[];
/** Inclusive byte ranges, one after the other: each path through them is the UTF-8 of one code point. */
export type ByteSequence = readonly (readonly [low: number, high: number])[];

const LAST = 0x10ffff;
const SURROGATES = [0xd800, 0xdfff] as const;
/** The last code point of each length in bytes. */
const LENGTH_ENDS = [0x7f, 0x7ff, 0xffff, LAST];

export function union(ranges: CodePoints): CodePoints {
	const merged: [number, number][] = [];
	for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
		const last = merged.at(-1);
		if (last && low <= last[1] + 1) last[1] = Math.max(last[1], high);
		else merged.push([low, high]);
	}
	return merged;
}

export function complement(ranges: CodePoints): CodePoints {
	const rest: [number, number][] = [];
	let next = 0;
	for (const [low, high] of union(ranges)) {
		if (low > next) rest.push([next, low - 1]);
		next = high + 1;
	}
	if (next <= LAST) rest.push([next, LAST]);
	return rest;
}

/** The UTF-8 of all these code points but surrogates, which no text has. */
export function byteSequences(ranges: CodePoints): ByteSequence[] {
	const text = complement([...complement(ranges), SURROGATES]);
	return text.flatMap(([low, high]) => splitByLength(low, high));
}

function splitByLength(low: number, high: number): ByteSequence[] {
	const sequences: ByteSequence[] = [];
	let start = low;
	for (const end of LENGTH_ENDS) {
		if (start > end || start > high) continue;
		sequences.push(...splitAligned(start, Math.min(high, end)));
		start = end + 1;
	}
	return sequences;
}

/** Cuts a range of one length where the continuation bytes do not run over all their values. */
function splitAligned(low: number, high: number): ByteSequence[] {
	const length = utf8(low).length;
	for (let i = 1; i < length; i++) {
		const mask = (1 << (6 * i)) - 1;
		if ((low & ~mask) === (high & ~mask)) continue;
		if ((low & mask) !== 0) return [...splitAligned(low, low | mask), ...splitAligned((low | mask) + 1, high)];
		if ((high & mask) !== mask) return [...splitAligned(low, (high & ~mask) - 1), ...splitAligned(high & ~mask, high)];
	}
	const [first, last] = [utf8(low), utf8(high)];
	return [Array.from(first, (byte, i) => [byte, last[i]!] as const)];
}

function utf8(codePoint: number): Uint8Array {
	return new TextEncoder().encode(String.fromCodePoint(codePoint));
}
