import { readSafetensors, toFloat64, writeSafetensors } from '../artifacts/index.js';
import { LeaceEraser } from '../erasure/leace-eraser.js';
import { SteeringError } from '../errors/index.js';
import { MADE_BY, makeHint, remakeHint } from './made-by.js';
import { type Provenance, toMetadata } from './provenance.js';
import { parseProvenance } from './vector-file.js';

/** Writes proj_left (width, rank), proj_right (rank, width) and bias (width), float64. */
export async function writeEraser(path: string, eraser: LeaceEraser, provenance: Provenance): Promise<void> {
	const { projLeft, projRight, bias, width, rank } = eraser;
	const tensor = (data: Float64Array, shape: number[]) => ({ dtype: 'F64' as const, shape, data });
	const factors = { proj_left: tensor(projLeft, [width, rank]), proj_right: tensor(projRight, [rank, width]) };
	await writeSafetensors(
		path,
		{ ...factors, ...(bias ? { bias: tensor(bias, [width]) } : {}) },
		toMetadata(provenance),
	);
}

/** Throws ERR_MISSING_INPUT naming the `command` that makes the file, ERR_BAD_FILE when it is no eraser. */
export async function readEraser(
	path: string,
	command = MADE_BY,
): Promise<{ eraser: LeaceEraser; provenance: Provenance }> {
	const { tensors, metadata } = await readSafetensors(path, makeHint(command));
	const numbers = (name: string) => {
		const tensor = tensors.get(name);
		return tensor && toFloat64(tensor);
	};
	const [projLeft, projRight, bias] = [numbers('proj_left'), numbers('proj_right'), numbers('bias') ?? null];
	const [width = 0, rank = 0] = tensors.get('proj_left')?.shape ?? [];
	const fits =
		projLeft?.length === width * rank && projRight?.length === width * rank && (bias === null || bias.length === width);
	const finite = [projLeft, projRight, bias].every((values) => !values || values.every(Number.isFinite));
	if (!projLeft || !projRight || !fits || !finite || width === 0) {
		throw new SteeringError(
			'ERR_BAD_FILE',
			`${path} is no eraser: it needs finite proj_left, proj_right and bias that fit together`,
			{
				hint: remakeHint(command),
			},
		);
	}
	return {
		eraser: new LeaceEraser({ projLeft, projRight, bias, width, rank }),
		provenance: parseProvenance(path, metadata, command),
	};
}
