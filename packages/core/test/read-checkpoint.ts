import { openCheckpoint } from '../src/checkpoints/index.js';
import { SteeringError } from '../src/errors/index.js';
import { decoderWeights } from '../src/onnx/decoder/decoder-weights.js';

/** Opens a checkpoint and reads every number that its graph would have: `read`, or the code of the error. Others are thrown. */
export async function readCheckpoint(source: string): Promise<string> {
	try {
		const checkpoint = await openCheckpoint(source);
		try {
			for (const { parts } of decoderWeights(checkpoint.design, () => 'float32')) {
				for (const part of parts) if ('tensor' in part) for await (const _ of checkpoint.rows(part.tensor, part.dims));
			}
		} finally {
			await checkpoint.close();
		}
		return 'read';
	} catch (error) {
		if (error instanceof SteeringError) return error.code;
		throw error;
	}
}
