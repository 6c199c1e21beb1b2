import { readSafetensors, type Tensor, toFloat32 } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import { type Notes, provenanceOf, readControlVectors, readPt } from '@steering/core/interchange';
import { type Artifact, type ArtifactContent, placeOf } from './artifact.js';
import { formatOf } from './file-format.js';

/** What a file holds: one artifact, or of a control vector one for each layer. `layer` is for a file that does not say its own. */
export async function readArtifacts(path: string, layer?: number): Promise<Artifact[]> {
	const format = formatOf(path);
	if (format === '.gguf') return await controlVectors(path);
	const { content, notes } = format === '.pt' ? await torchFile(path) : await safetensorsFile(path);
	const provenance = provenanceOf(notes);
	const place = placeOf(path, provenance) ?? (layer === undefined ? undefined : { layer, residual: false });
	return [{ ...content, from: path, provenance, place, modelHint: undefined }];
}

interface Read {
	content: ArtifactContent;
	notes: Notes;
}

async function torchFile(path: string): Promise<Read> {
	const file = await readPt(path);
	const { notes } = file;
	if (file.kind === 'eraser') {
		const { projLeft, projRight, bias } = file;
		return { content: { kind: 'eraser', eraser: { projLeft, projRight, bias } }, notes };
	}
	const { dtype, shape, data } = file.tensor;
	const [rows = 0, positions = 0, width = positions] = shape;
	if (shape.length === 1) return { content: { kind: 'vector', tensor: file.tensor }, notes };
	if (dtype === 'F32' && (shape.length === 2 || (shape.length === 3 && positions === 1))) {
		return { content: { kind: 'activations', tensor: { dtype, shape: [rows, width], data } }, notes };
	}
	throw notAnArtifact(path, `${dtype} [${shape}]`);
}

async function safetensorsFile(path: string): Promise<Read> {
	const { tensors, metadata: notes } = await readSafetensors(path, 'pnpm generate-vectors makes files of vectors');
	const float = (name: string) => {
		const tensor = tensors.get(name);
		return tensor && floatTensor(path, name, tensor);
	};
	const only = (...names: string[]) => [...tensors.keys()].every((name) => names.includes(name));
	const [vec, acts, projLeft, projRight] = ['vec', 'acts', 'proj_left', 'proj_right'].map(float);
	if (vec?.shape.length === 1 && only('vec')) return { content: { kind: 'vector', tensor: vec }, notes };
	if (acts?.shape.length === 2 && only('acts')) return { content: { kind: 'activations', tensor: acts }, notes };
	if (projLeft && projRight && only('proj_left', 'proj_right', 'bias')) {
		return { content: { kind: 'eraser', eraser: { projLeft, projRight, bias: float('bias') ?? null } }, notes };
	}
	throw notAnArtifact(path, `the tensors ${[...tensors.keys()].slice(0, 5).join(', ') || 'of none'}`);
}

/** F32 or F64; half precision becomes F32, which holds it exactly. */
function floatTensor(path: string, name: string, tensor: Tensor): Tensor {
	const data = tensor.dtype === 'F64' ? (tensor.data as Float64Array) : toFloat32(tensor);
	if (data?.every(Number.isFinite)) return { dtype: tensor.dtype === 'F64' ? 'F64' : 'F32', shape: tensor.shape, data };
	throw new SteeringError('ERR_BAD_FILE', `${path}: ${name} does not hold finite numbers of a float dtype`, {
		hint: 'make it again: pnpm generate-vectors --overwrite',
	});
}

async function controlVectors(path: string): Promise<Artifact[]> {
	const { directions, modelHint, notes } = await readControlVectors(path);
	return [...directions].map(([layer, data]) => ({
		kind: 'vector',
		tensor: { dtype: 'F32', shape: [data.length], data },
		from: path,
		provenance: provenanceOf({ ...notes, layer: String(layer), hookPoint: `${layer}.resid_post` }),
		place: { layer, residual: false },
		modelHint,
	}));
}

function notAnArtifact(path: string, what: string): SteeringError {
	return new SteeringError('ERR_BAD_FILE', `${path} holds ${what}: no vector, activations or eraser`, {
		hint: 'vectors are (width), activations (examples, width) or (examples, 1, width)',
	});
}
