export {
	abQuestionsPath,
	type ChoiceQuestion,
	loadAbQuestions,
	loadMmluQuestions,
	MMLU_PATH,
} from './choice-questions.js';
export { type DataRootOptions, datasetsCache, FETCH_HINT, resolveDataRoot } from './data-root.js';
export { type DownloadRequest, digestOf, download, reasonOf } from './download.js';
export { COMPLIANCE, type PromptPairs, REFUSAL } from './harm-pairs.js';
export type { Example, Message } from './message.js';
export { loadNeutralText, NEUTRAL_TEXT_FILE, type NeutralExchange } from './neutral-text.js';
export { DEFAULT_BEHAVIOR, loadPromptPairs, promptPairsPath } from './prompt-pairs.js';
export { MAX_DATASET_BYTES, parseCsv } from './rows.js';
export { loadSteerPrompts, type SteerPrompt, steerPromptFileSchema } from './steer-prompts.js';
export { checkContents, readJsonFile, readTextFile } from './text-file.js';
