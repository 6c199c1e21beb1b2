import { intAttribute } from './build-node.js';
import type { OnnxModel } from './graph.js';
import { unpack8Bit } from './unpack-8-bit.js';

/** `exact`: quantised weights, float32 arithmetic. `fast`: as the file was exported (usually int8 activations). */
export const PRECISIONS = ['exact', 'fast'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** MatMulNBits accuracy_level: 1 computes in float32, 4 quantises the activations to int8 first. */
const ACCURACY_FLOAT32 = 1;

/** On SmolLM2 accuracy_level 4 moves the logits by 0.24 on average, level 1 by 2e-5: what is measured is computed exactly. */
export function setPrecision(model: OnnxModel, precision: Precision): void {
	if (precision === 'fast') return;
	unpack8Bit(model);
	for (const node of model.graph.nodes) {
		if (node.opType !== 'MatMulNBits') continue;
		node.attributes = node.attributes.filter((attribute) => attribute.name !== 'accuracy_level');
		node.attributes.push(intAttribute('accuracy_level', ACCURACY_FLOAT32));
	}
}
