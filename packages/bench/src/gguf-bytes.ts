// Numbers and strings as GGUF files have them.

export function uint32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
}

export function uint64(value: number): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64LE(BigInt(value));
	return bytes;
}

export function string(text: string): Buffer {
	const bytes = Buffer.from(text);
	return Buffer.concat([uint64(bytes.length), bytes]);
}
