/** Told of what happens before a model can be opened for the first time. */
export interface PreparationHooks {
	/** While a file comes from the hub: bytes so far and in total. */
	readonly onDownload?: ((file: string, done: number, total: number) => void) | undefined;
	/** While a graph is built from a checkpoint: bytes of weights so far and in total. */
	readonly onBuild?: ((model: string, done: number, total: number) => void) | undefined;
	/** What a user should know: of the model, or of another process that is waited for. */
	readonly onNote?: ((note: string) => void) | undefined;
}
