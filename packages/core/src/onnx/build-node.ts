import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type Attribute, DATA_TYPE, type GraphNode, type Initializer } from './graph.js';

/** AttributeProto.AttributeType */
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_INTS = 7;

/** Operators of onnxruntime's own. */
export const MICROSOFT = 'com.microsoft';

/** A node of the ONNX domain unless another is named, ready to be put into a graph. */
export function makeNode(
	opType: string,
	name: string,
	inputs: string[],
	outputs: string[],
	attributes: Attribute[] = [],
	domain = '',
): GraphNode {
	return { name, opType, domain, inputs, outputs, attributes, rest: [] };
}

export function intAttribute(name: string, value: number): Attribute {
	const writer = new BinaryWriter();
	writer.tag(1, WireType.LengthDelimited).string(name).tag(3, WireType.Varint).int64(value);
	const raw = writer.tag(20, WireType.Varint).int32(ATTRIBUTE_INT).finish();
	return { name, int: BigInt(value), raw };
}

export function intsAttribute(name: string, values: readonly number[]): Attribute {
	const writer = new BinaryWriter();
	writer.tag(1, WireType.LengthDelimited).string(name);
	for (const value of values) writer.tag(8, WireType.Varint).int64(value);
	return { name, raw: writer.tag(20, WireType.Varint).int32(ATTRIBUTE_INTS).finish() };
}

export function floatAttribute(name: string, value: number): Attribute {
	const writer = new BinaryWriter();
	writer.tag(1, WireType.LengthDelimited).string(name).tag(2, WireType.Bit32).float(value);
	const raw = writer.tag(20, WireType.Varint).int32(ATTRIBUTE_FLOAT).finish();
	return { name, float: Math.fround(value), raw };
}

export function stringAttribute(name: string, value: string): Attribute {
	const writer = new BinaryWriter();
	writer.tag(1, WireType.LengthDelimited).string(name).tag(4, WireType.LengthDelimited).string(value);
	return { name, raw: writer.tag(20, WireType.Varint).int32(ATTRIBUTE_STRING).finish() };
}

/** A small float32 constant that lies in the graph itself. */
export function floatInitializer(name: string, dims: number[], values: readonly number[]): Initializer {
	const bytes = new Uint8Array(Float32Array.from(values).buffer);
	const field = new BinaryWriter().tag(9, WireType.LengthDelimited).bytes(bytes).finish();
	return { name, dims, dataType: DATA_TYPE.float, data: { kind: 'fields', fields: [field] } };
}

/** A small int64 constant that lies in the graph itself. */
export function int64Initializer(name: string, dims: number[], values: readonly number[]): Initializer {
	const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
	const field = new BinaryWriter().tag(9, WireType.LengthDelimited).bytes(bytes).finish();
	return { name, dims, dataType: DATA_TYPE.int64, data: { kind: 'fields', fields: [field] } };
}
