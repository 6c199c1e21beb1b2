import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { DATA_TYPE, type GraphNode } from './graph.js';

/** The numbers of a Constant node of int64, such as a shape; undefined for any other. */
export function int64Constant({ opType, attributes }: GraphNode): number[] | undefined {
	const attribute = opType === 'Constant' ? attributes.find(({ name }) => name === 'value') : undefined;
	if (!attribute) return undefined;
	const reader = new BinaryReader(attribute.raw);
	while (reader.pos < reader.len) {
		const [no, wire] = reader.tag();
		if (no === 5) return int64Tensor(reader.bytes());
		reader.skip(wire, no);
	}
	return undefined;
}

/** TensorProto: data_type (2), int64_data (7), packed or not, raw_data (9). */
function int64Tensor(bytes: Uint8Array): number[] | undefined {
	const reader = new BinaryReader(bytes);
	const values: bigint[] = [];
	let raw: Uint8Array | undefined;
	let dataType = 0;
	while (reader.pos < reader.len) {
		const [no, wire] = reader.tag();
		if (no === 2) dataType = reader.int32();
		else if (no === 7 && wire === WireType.Varint) values.push(BigInt(reader.int64()));
		else if (no === 7) {
			const packed = new BinaryReader(reader.bytes());
			while (packed.pos < packed.len) values.push(BigInt(packed.int64()));
		} else if (no === 9) raw = reader.bytes();
		else reader.skip(wire, no);
	}
	if (dataType !== DATA_TYPE.int64 || (raw && raw.length % 8 !== 0)) return undefined;
	return Array.from(raw ? new BigInt64Array(raw.slice().buffer) : values, Number);
}
