import { type OnnxModel, writeModel } from '@steering/core/onnx';
import { InferenceSession } from '@steering/core/onnxruntime';
import { Tensor } from 'onnxruntime-node';
import { secondsOf } from '../job.js';

/** What the machine can do at most, as onnxruntime reaches it: the best of some tries, since a limit is no average. */
export interface MachineLimits {
	/** Bytes a second at which a product of one row reads its matrix, from memory: no cache holds it. */
	bytesPerSecond: number;
	/** Of a large float32 product. */
	flopsPerSecond: number;
	threads: number;
}

const TRIES = 7;
const LARGE = 1536;
/** 256 MB: eight times the largest cache of a common server processor's part. */
const LONG = { rows: 4096, columns: 16384 };

export async function measureLimits(threads: number): Promise<MachineLimits> {
	const session = await InferenceSession.create(writeModel(matMul()), { intraOpNumThreads: threads });
	try {
		const product = await fastest(session, LARGE, LARGE, LARGE);
		const row = await fastest(session, 1, LONG.rows, LONG.columns);
		const bytes = LONG.rows * LONG.columns * Float32Array.BYTES_PER_ELEMENT;
		return { bytesPerSecond: bytes / row, flopsPerSecond: (2 * LARGE ** 3) / product, threads };
	} finally {
		await session.release();
	}
}

async function fastest(session: InferenceSession, m: number, k: number, n: number): Promise<number> {
	const matrix = (rows: number, columns: number) =>
		new Tensor('float32', new Float32Array(rows * columns).fill(0.5), [rows, columns]);
	const feeds = { a: matrix(m, k), b: matrix(k, n) };
	const seconds: number[] = [];
	for (let i = 0; i < TRIES; i++) seconds.push(await secondsOf(() => session.run(feeds)));
	return Math.min(...seconds);
}

/** c = a b. */
function matMul(): OnnxModel {
	const value = (name: string, ...shape: string[]) => ({ name, elemType: 1, shape });
	const node = { name: 'product', opType: 'MatMul', domain: '', inputs: ['a', 'b'], outputs: ['c'] };
	return {
		path: '',
		graph: {
			nodes: [{ ...node, attributes: [], rest: [] }],
			initializers: [],
			inputs: [value('a', 'm', 'k'), value('b', 'k', 'n')],
			outputs: [value('c', 'm', 'n')],
			// GraphProto.name
			rest: [Uint8Array.of(0x12, 1, 0x67)],
		},
		// ModelProto.ir_version 8, and opset_import { version: 17 }
		rest: [Uint8Array.of(0x08, 8), Uint8Array.of(0x42, 2, 0x10, 17)],
	};
}
