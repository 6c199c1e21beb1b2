import { SteeringError } from '../errors/index.js';
import { layOut } from './safetensors-layout.js';
import { elementCount, isArrayOf, type Tensor } from './tensor.js';
import { writeFileAtomic } from './write-file-atomic.js';

/**
 * Writes a safetensors file atomically. The bytes depend on nothing but the arguments: tensors lie by size of element,
 * then name; metadata keys are sorted.
 *
 * @throws SteeringError ERR_FAILED when a tensor's data is not of its dtype and shape, or the disk refuses.
 */
export async function writeSafetensors(
	path: string,
	tensors: ReadonlyMap<string, Tensor> | Record<string, Tensor>,
	metadata: Record<string, string> = {},
): Promise<void> {
	const all = new Map(tensors instanceof Map ? tensors : Object.entries(tensors));
	for (const [name, tensor] of all) checkTensor(path, name, tensor);
	const { header, places } = layOut(all, metadata);
	const data = Array.from(places.keys(), (name) => all.get(name)!.data);
	const bytes = data.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
	await writeFileAtomic(path, [header, ...bytes]);
}

function checkTensor(path: string, name: string, { dtype, shape, data }: Tensor): void {
	const good = name !== '__metadata__' && isArrayOf(dtype, data) && data.length === elementCount(shape);
	if (good) return;
	const given = `${data.constructor.name} of ${data.length}`;
	throw new SteeringError('ERR_FAILED', `${path}: tensor ${name} is not ${dtype} [${shape}] but ${given}`);
}
