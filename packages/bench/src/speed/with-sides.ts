import { HookedModel } from '@steering/core/model';
import type { BenchContext } from '../job.js';
import { Side } from './side.js';
import type { OpenSide, SideInput } from './sides.js';

/** The model without a session: its tokenizer and its shape, to make requests from. */
export async function withModel<T>(context: BenchContext, work: (model: HookedModel) => Promise<T>): Promise<T> {
	const model = await HookedModel.load(context.model, { signal: context.signal });
	try {
		return await work(model);
	} finally {
		await model.release();
	}
}

/** Opens sides one after the other, and ends their processes whatever happens. */
export async function withSides<T>(
	open: readonly OpenSide[],
	input: SideInput,
	work: (sides: readonly Side[]) => Promise<T>,
): Promise<T> {
	const sides: Side[] = [];
	try {
		for (const each of open) sides.push(await Side.open(await each(input), input.context.signal));
		return await work(sides);
	} finally {
		for (const side of sides) await side.close();
	}
}
