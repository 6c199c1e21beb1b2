import { SteeringError } from '@steering/core/errors';

/**
 * Margin of the likeliest token within which another arithmetic of the same weights may choose another one: 4-bit products with
 * 8-bit activations move logits by 0.24 on average, a few times as much at worst.
 */
export const NEAR_TIE = 1;
/** The same where the weights were rounded anew: llama.cpp's file is what the ONNX file was quantised from, not the same numbers. */
export const NEAR_TIE_REQUANTISED = 3;

/**
 * How many tokens two greedy replies share. Throws ERR_FAILED where they part at a token that was no near tie: they are not of the
 * same model, or not steered the same.
 * @param margins of our tokens: by how much each was likelier than the next
 */
export function sharedTokens(
	side: string,
	ours: readonly number[],
	theirs: readonly number[],
	margins: readonly number[],
	nearTie = NEAR_TIE,
): number {
	const at = ours.findIndex((id, i) => id !== theirs[i]);
	if (at === -1) return ours.length;
	if (margins[at]! <= nearTie) return at;
	throw new SteeringError(
		'ERR_FAILED',
		`${side} greedily chose token ${theirs[at]} at place ${at}, where ours, ${ours[at]}, is ${margins[at]!.toFixed(2)} ahead`,
	);
}
