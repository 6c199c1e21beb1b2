import { z } from 'zod';

/** What a vector or a set of activations was made with. Kept in the file's own metadata, so that it cannot get lost. */
export const provenanceSchema = z.object({
	/** The model's name and the fingerprint of its weights. */
	model: z.string(),
	fingerprint: z.string(),
	precision: z.string(),
	/** Where it ran, unless on the CPU. */
	device: z.string().optional(),
	/** `15.resid_post`; and its index in the layer list (SPEC 1.2). */
	hookPoint: z.string(),
	layer: z.coerce.number().int().min(0),
	dataset: z.string(),
	behavior: z.string(),
	/** SHA-256 of the token ids of all examples: the data and the prompts, as the model saw them. */
	examples: z.string(),
	positives: z.coerce.number().int().min(0),
	negatives: z.coerce.number().int().min(0),
	/** The position read: the last token of each example. */
	readout: z.literal('last'),
	/** Of activations: which examples they are of. Files of other tools may not say. */
	side: z.enum(['positive', 'negative']).optional(),
	version: z.string(),
});

export type Provenance = z.output<typeof provenanceSchema>;

/** Safetensors metadata holds strings only. */
export function toMetadata(provenance: Provenance): Record<string, string> {
	const known = Object.entries(provenance).filter(([, value]) => value !== undefined);
	return Object.fromEntries(known.map(([key, value]) => [key, String(value)]));
}

/** What must be the same for saved vectors to be what the same command would make again. */
export function sameProvenance(a: Provenance, b: Provenance): boolean {
	const { version: _a, ...left } = a;
	const { version: _b, ...right } = b;
	return JSON.stringify(left) === JSON.stringify(right);
}
