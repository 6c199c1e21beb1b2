import { SteeringError } from '../errors/index.js';
import { foldReshapes, type OnnxModel, type Precision, setPrecision, writeModel } from '../onnx/index.js';
import type { Device } from './device.js';
import { InferenceSession } from './onnxruntime.js';
import { maySpin } from './spinning.js';
import { locateWeights } from './weights.js';

/** What was asked of the disk and of onnxruntime: speed is guarded by counting this, not by timing it. */
export interface WorkCount {
	/** Graphs read from their files. */
	graphs: number;
	sessions: number;
	runs: number;
	/** Tokens run through the model, padding left out. */
	tokens: number;
	/** Bytes that decoders were fed, keys and values left out: those are read where they lie. */
	bytesIn: number;
	/** Bytes that decoders gave back, each copied by onnxruntime-node into new memory. */
	bytesOut: number;
	/** Outputs among them of more than 1 MB. */
	largeOutputs: number;
}

export const noWork = (): WorkCount => ({
	graphs: 0,
	sessions: 0,
	runs: 0,
	tokens: 0,
	bytesIn: 0,
	bytesOut: 0,
	largeOutputs: 0,
});

export interface SessionOptions {
	work: WorkCount;
	precision: Precision;
	/** Threads of one operator; undefined: onnxruntime's choice, the physical cores. */
	threads?: number | undefined;
	/** Default: cpu. */
	device?: Device | undefined;
}

/** `force_spinning_stop`: between two runs the cores are everybody's. */
const sessionConfig = () => {
	return maySpin()
		? { intra_op: { allow_spinning: '1' }, force_spinning_stop: '1' }
		: { intra_op: { allow_spinning: '0' } };
};

/**
 * A session of a graph that was changed in memory: it is handed over as bytes, and its weights are read where they lie. Throws
 * ERR_MISSING_INPUT, ERR_BAD_FILE, ERR_UNSUPPORTED_GRAPH.
 */
export async function openSession(
	model: OnnxModel,
	{ work, precision, threads, device = 'cpu' }: SessionOptions,
): Promise<InferenceSession> {
	setPrecision(model, precision);
	foldReshapes(model);
	const weights = locateWeights(model);
	const spinning = sessionConfig();
	const bytes = writeModel(model, (location) => weights.names.get(location)!);
	work.sessions++;
	try {
		return await InferenceSession.create(bytes, {
			...(threads === undefined ? {} : { intraOpNumThreads: threads }),
			// What a device cannot compute, the CPU does.
			executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
			logSeverityLevel: 3,
			extra: { session: { ...spinning, model_external_initializers_file_folder_path: weights.folder } },
		});
	} catch (error) {
		const reason = (error as Error).message.split('\n')[0]!;
		throw new SteeringError('ERR_UNSUPPORTED_GRAPH', `onnxruntime cannot load ${model.path}: ${reason}`, {
			hint: device === 'cpu' ? 'use a file exported for the CPU' : '--device cpu may work',
			cause: error,
		});
	}
}
