import type { TransportMap } from '@steering/core/erasure';
import { lowRankProduct } from '@steering/core/interventions';

/** T = scale I + left right of a transport map, (width, width). */
export function operatorOf({ left, right, width, rank, scale }: TransportMap): Float64Array {
	return lowRankProduct(left, right, width, rank).map((value, i) => (i % (width + 1) === 0 ? value + scale : value));
}
