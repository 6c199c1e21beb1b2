import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LeaceEraser } from '../erasure/index.js';
import { StreamUpdate } from './stream-update.js';

const number = fc.double({ min: -3, max: 3, noNaN: true });
const numbers = (length: number) => fc.array(number, { minLength: length, maxLength: length });

it.each([0, 1, 2, 3])('adds what the eraser of rank %i leaves of the output, and the vector', (rank) => {
	const [positions, width] = [3, 5];
	const problem = fc.record({
		stream: numbers(positions * width),
		output: numbers(positions * width),
		vector: numbers(width),
		bias: numbers(width),
		projLeft: numbers(width * rank),
		projRight: numbers(rank * width),
	});
	fc.assert(
		fc.property(problem, ({ stream, output, vector, bias, projLeft, projRight }) => {
			const eraser = new LeaceEraser({
				projLeft: Float64Array.from(projLeft),
				projRight: Float64Array.from(projRight),
				bias: Float64Array.from(bias),
				width,
				rank,
			});
			const data = Float32Array.from(output);
			const erased = eraser.erase({ data, rows: positions, width });
			const update = new StreamUpdate(eraser.toLowRankMap(), Float32Array.from(vector));
			const moved = update.apply(Float32Array.from(stream), data);
			for (const [i, value] of moved.entries()) {
				expect(value).toBeCloseTo(stream[i]! + erased[i]! + vector[i % width]!, 3);
			}
		}),
	);
});
