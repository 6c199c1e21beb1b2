/** How the next token is chosen, in the order and with the meaning of Hugging Face's `generate`. */
export interface Sampling {
	/** 0: the most likely token, always. */
	temperature: number;
	/** Keep only the k most likely tokens; 0: all. */
	topK: number;
	/** Keep the most likely tokens until their probabilities reach p; 1: all. */
	topP: number;
}

/** Index of the largest logit; the first of equals. */
export function argmax(logits: Float32Array): number {
	let best = 0;
	for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
	return best;
}

/**
 * One token from logits (vocab): divided by the temperature, cut to top-k, then to top-p, then drawn by `uniform` in [0, 1).
 * The draw walks down from the most likely token, so that small changes of the logits seldom change it.
 */
export function sample(logits: Float32Array, sampling: Sampling, uniform: number): number {
	if (sampling.temperature === 0) return argmax(logits);
	const candidates = largest(logits, sampling.topK > 0 ? Math.min(sampling.topK, logits.length) : logits.length);
	const sorted = Float32Array.from(candidates, (id) => logits[id]!);
	return candidates[sampleSorted(sorted, sampling, uniform)]!;
}

/** The same for logits that are sorted already, the largest first: which of them is drawn. There may be more than top-k. */
export function sampleSorted(sorted: Float32Array, sampling: Sampling, uniform: number): number {
	if (sampling.temperature === 0) return 0;
	const candidates = sampling.topK > 0 ? sorted.subarray(0, sampling.topK) : sorted;
	const weights = Array.from(candidates, (logit) => Math.exp((logit - sorted[0]!) / sampling.temperature));
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	const kept = sampling.topP < 1 ? nucleus(weights, total * sampling.topP) : weights.length;
	let rest = 0;
	for (let i = 0; i < kept; i++) rest += weights[i]!;
	rest *= uniform;
	for (let i = 0; i < kept; i++) {
		rest -= weights[i]!;
		if (rest < 0) return i;
	}
	return kept - 1;
}

/** How many of the sorted weights are needed to reach `target`: the token that crosses it stays in, at least one does. */
function nucleus(weights: number[], target: number): number {
	let sum = 0;
	for (let i = 0; i < weights.length; i++) {
		sum += weights[i]!;
		if (sum >= target) return i + 1;
	}
	return weights.length;
}

/** Indices of the k largest values, largest first; of equal values the lower index comes first. */
export function largest(values: Float32Array, k: number): number[] {
	const before = (a: number, b: number) => values[b]! - values[a]! || a - b;
	// Sorting everything is slower than keeping a short list once k is a small part of the vocabulary.
	if (k * 8 > values.length) return Array.from(values.keys()).sort(before).slice(0, k);
	const kept = Array.from({ length: k }, (_, i) => i).sort(before);
	let floor = values[kept[k - 1]!]!;
	for (let id = k; id < values.length; id++) {
		if (!(values[id]! > floor)) continue;
		let at = k - 1;
		while (at > 0 && values[kept[at - 1]!]! < values[id]!) {
			kept[at] = kept[at - 1]!;
			at--;
		}
		kept[at] = id;
		floor = values[kept[k - 1]!]!;
	}
	return kept;
}
