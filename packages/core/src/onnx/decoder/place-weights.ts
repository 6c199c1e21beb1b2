import { BLOCK, type BlockFormat, rowBytes } from '../../quantisation/index.js';
import { DATA_TYPE, type Initializer } from '../graph.js';
import type { DecoderWeight } from './decoder-weights.js';

/**
 * A data file ends before this, unless one array alone is longer. ONNX itself sets no limit; 2 GiB is as much as readers in
 * JavaScript and Python's protobuf tools take at once, and half of what FAT32 holds.
 */
export const MAX_DATA_FILE_BYTES = 2 ** 31;

/** A page: onnxruntime maps weights into memory where they begin at one. */
const ALIGNMENT = 4096;

/** Where one array of a weight lies. */
export interface Place {
	/** Name of the data file. */
	readonly location: string;
	readonly offset: number;
	readonly length: number;
}

/** A weight with the places of its arrays: numbers, or codes, scales and, where blocks have them, zero points. */
export interface PlacedWeight {
	readonly weight: DecoderWeight;
	readonly places: readonly Place[];
}

/** Puts the weights one after the other into `name`, `name.1`, `name.2` ... */
export function placeWeights(
	weights: readonly DecoderWeight[],
	name: string,
	maxBytes = MAX_DATA_FILE_BYTES,
): PlacedWeight[] {
	let file = 0;
	let end = 0;
	return weights.map((weight) => {
		const places = arraysOf(weight).map(({ length }) => {
			let offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
			if (offset > 0 && offset + length > maxBytes) {
				file++;
				offset = 0;
			}
			end = offset + length;
			return { location: file === 0 ? name : `${name}.${file}`, offset, length };
		});
		return { weight, places };
	});
}

/** Names of what the nodes read of a weight in blocks. */
export function blockNames(weight: string) {
	const of = (what: string) => `${weight}.${what}`;
	return { codes: of('codes'), lookup: of('codes.lookup'), scales: of('scales'), zeroPoints: of('zero_points') };
}

/**
 * The weights as external data. Where codes are both looked up and multiplied by, they have two names for the same bytes: one
 * operator takes them as rows, the other as blocks of rows, and a node between would copy them.
 */
export function initializersOf({ weight, places }: PlacedWeight): Initializer[] {
	const arrays = arraysOf(weight);
	const initializers = arrays.map(({ name, dims, dataType }, i) => external(name, dims, dataType, places[i]!));
	if (typeof weight.stored !== 'object' || !weight.isLookedUp) return initializers;
	const lookup = lookupDims(weight, weight.stored);
	const codes = external(blockNames(weight.name).lookup, lookup, DATA_TYPE.uint8, places[0]!);
	return weight.isMultiplied ? [...initializers, codes] : [codes, ...initializers.slice(1)];
}

function external(name: string, dims: readonly number[], dataType: number, place: Place): Initializer {
	return { name, dims: [...dims], dataType, data: { kind: 'external', ...place, rest: [] } };
}

function lookupDims({ dims }: DecoderWeight, format: BlockFormat): number[] {
	return [dims[0]!, rowBytes(format, dims[1]!).codes];
}

interface StoredArray {
	name: string;
	dims: readonly number[];
	dataType: number;
	/** In bytes. */
	length: number;
}

function arraysOf({ name, dims, stored }: DecoderWeight): StoredArray[] {
	if (typeof stored !== 'object') {
		const { bytes, dataType } = PLAIN[stored];
		return [{ name, dims, dataType, length: dims.reduce((product, dim) => product * dim, bytes) }];
	}
	const [rows, columns] = dims as [number, number];
	const bytes = rowBytes(stored, columns);
	const blocks = columns / BLOCK;
	const names = blockNames(name);
	const { uint8, float } = DATA_TYPE;
	const array = (name: string, dataType: number, length: number, ...dims: number[]) => ({
		...{ name, dims: [rows, ...dims], dataType, length: rows * length },
	});
	return [
		array(names.codes, uint8, bytes.codes, blocks, bytes.codes / blocks),
		array(names.scales, float, bytes.scales, blocks),
		...(stored.zeroPoints ? [array(names.zeroPoints, uint8, bytes.zeroPoints, bytes.zeroPoints)] : []),
	];
}

const PLAIN = { float32: { bytes: 4, dataType: DATA_TYPE.float }, float16: { bytes: 2, dataType: DATA_TYPE.float16 } };
