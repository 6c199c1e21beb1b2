/** More is wanted than there is: of the beginning of a file, more of it may help. */
export class EndOfBytes extends Error {}

/** One for all: a vocabulary has a hundred thousand strings. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads little-endian values one after the other. Every read is checked: nothing is taken from beyond the end. */
export class ByteReader {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	#position = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	}

	get position(): number {
		return this.#position;
	}

	/** Throws unless `length` bytes are left. */
	peek(length: number): void {
		const start = this.#position;
		if (length <= this.#bytes.length - start) return;
		throw new EndOfBytes(`it ends at byte ${this.#bytes.length}, where ${length} more are wanted after byte ${start}`);
	}

	/** The start of the next `length` bytes, which are then behind. */
	skip(length: number): number {
		const start = this.#position;
		this.peek(length);
		this.#position += length;
		return start;
	}

	bytes(length: number): Uint8Array {
		const start = this.skip(length);
		return this.#bytes.subarray(start, start + length);
	}

	uint8(): number {
		return this.#view.getUint8(this.skip(1));
	}

	int8(): number {
		return this.#view.getInt8(this.skip(1));
	}

	int16(): number {
		return this.#view.getInt16(this.skip(2), true);
	}

	uint16(): number {
		return this.#view.getUint16(this.skip(2), true);
	}

	int32(): number {
		return this.#view.getInt32(this.skip(4), true);
	}

	uint32(): number {
		return this.#view.getUint32(this.skip(4), true);
	}

	int64(): bigint {
		return this.#view.getBigInt64(this.skip(8), true);
	}

	float32(): number {
		return this.#view.getFloat32(this.skip(4), true);
	}

	float64(): number {
		return this.#view.getFloat64(this.skip(8), true);
	}

	/** A count or an offset: beyond 2^53 there is no file to count in. */
	uint64(): number {
		const value = this.#view.getBigUint64(this.skip(8), true);
		if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error(`a count of ${value}`);
		return Number(value);
	}

	/** UTF-8 of a given length in bytes. */
	text(length: number): string {
		return UTF8.decode(this.bytes(length));
	}

	/** Up to the next newline, which is not part of it. */
	line(): string {
		const end = this.#bytes.indexOf(0x0a, this.#position);
		if (end < 0) throw new Error('a line without an end');
		const line = this.text(end - this.#position);
		this.skip(1);
		return line;
	}
}
