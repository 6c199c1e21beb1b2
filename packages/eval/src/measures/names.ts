// Apart from the library, so that --help loads no model runtime to print them.

/** As the command line names them; `fluency` is `repetition` and `self_ppl`. */
export const MEASURES = ['ab', 'ppl', 'kl', 'mmlu', 'fluency'] as const;
export type Measure = (typeof MEASURES)[number];

/** What a measure is compared with. */
export const BASELINES = ['random'] as const;
export type Baseline = (typeof BASELINES)[number];
