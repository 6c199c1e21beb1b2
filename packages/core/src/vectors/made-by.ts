/** What makes the files of this folder; callers that know the settings say the whole line instead. */
export const MADE_BY = 'pnpm generate-vectors';

/** For a file that is missing, damaged or of something else, all of which the command notices by itself. */
export function makeHint(command: string): string {
	return `make it with \`${command}\``;
}

/** For a file that looks as it should and holds what it should not. */
export function remakeHint(command: string): string {
	return `make it again with \`${command} --overwrite\``;
}
