import { open, readFile } from 'node:fs/promises';
import { GgufFile } from '../src/checkpoints/gguf/gguf-file.js';
import { align } from '../src/interchange/gguf-header.js';
import { string, uint32, uint64 } from './gguf-writer.js';

/** The magic, the version, and the counts of tensors and keys. */
const COUNTS_END = 24;
const FLOAT32 = 0;

/** Copies a GGUF file with all tensors dequantised to float32, its keys byte for byte: llama.cpp then computes in float32. */
export async function writeFloat32Gguf(source: string, target: string): Promise<void> {
	const file = await GgufFile.open(source);
	const out = await open(target, 'wx');
	try {
		const tensors = [...file.header.tensors];
		const bytes = (await readFile(source)).subarray(0, file.header.dataStart);
		// The first tensor's name ends the keys.
		const keysEnd = bytes.indexOf(string(tensors[0]![0]), COUNTS_END);
		let end = 0;
		const infos = tensors.map(([name, { shape }]) => {
			const offset = end;
			end = align(end + 4 * shape.reduce((product, dim) => product * dim, 1));
			return Buffer.concat([string(name), uint32(shape.length), ...shape.map(uint64), uint32(FLOAT32), uint64(offset)]);
		});
		const header = Buffer.concat([bytes.subarray(0, keysEnd), ...infos]);
		const start = align(header.length);
		await out.write(header, 0, header.length, 0);
		let at = start;
		for (const [name] of tensors) {
			for await (const rows of file.rows(name, 1)) {
				await out.write(new Uint8Array(rows.buffer), 0, rows.byteLength, at);
				at += rows.byteLength;
			}
			at = start + align(at - start);
		}
	} finally {
		await out.close();
		await file.close();
	}
}
