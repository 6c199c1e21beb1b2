/** 20 alternatives in each of 32 places are some 100 kB, a long list of models less. CWE-770: no more is ever held. */
const MAX_BODY_BYTES = 8 << 20;

/** `fetch` whose body fails once it is longer than any answer that a judge has a use for. */
export const boundedFetch: typeof fetch = async (input, init) => {
	const response = await fetch(input, init);
	if (!response.body) return response;
	let bytes = 0;
	const bounded = response.body.pipeThrough(
		new TransformStream<Uint8Array, Uint8Array>({
			transform(chunk, controller) {
				bytes += chunk.byteLength;
				if (bytes > MAX_BODY_BYTES) controller.error(new Error(`its answer is longer than ${MAX_BODY_BYTES >> 20} MB`));
				else controller.enqueue(chunk);
			},
		}),
	);
	const { status, statusText, headers } = response;
	return new Response(bounded, { status, statusText, headers });
};
