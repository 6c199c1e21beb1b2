/**
 * What an archive may ask of this machine (CWE-409, CWE-770). An experiment of an 8B model is some thousand files and some GB, nearly
 * all of it activations; each limit is above that by ten or more.
 */
export const ARCHIVE_LIMITS = {
	/** Entries of any kind: a million empty ones would still take hours and all inodes. */
	entries: 100_000,
	/** Bytes of one file of tensors: activations of all of a data set's examples at one layer. */
	tensorBytes: 8 * 2 ** 30,
	/** Bytes of one JSON file, which is parsed in memory. */
	jsonBytes: 2 ** 28,
	/** Bytes of everything unpacked. */
	totalBytes: 64 * 2 ** 30,
	/** Unpacked bytes a packed one: replies pack 5 to 30 times, and gzip ends at 1032. */
	ratio: 200,
	/** Up to here any ratio: short archives of much the same text pack well. */
	ratioFrom: 2 ** 24,
	/** Bytes of a header that names one entry (pax, GNU long name): names are 200 at most. */
	metaBytes: 2 ** 14,
} as const;

export type ArchiveLimits = { readonly [key in keyof typeof ARCHIVE_LIMITS]: number };
