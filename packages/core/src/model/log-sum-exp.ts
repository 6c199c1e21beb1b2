/**
 * log sum exp of logits in float64: what a logit less this is a log-probability of. NaN and infinite logits, of models steered far
 * beyond what they bear, give NaN.
 */
export function logSumExp(logits: ArrayLike<number>): number {
	let top = Number.NEGATIVE_INFINITY;
	for (let i = 0; i < logits.length; i++) if (logits[i]! > top) top = logits[i]!;
	let sum = 0;
	for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - top);
	return top + Math.log(sum);
}
