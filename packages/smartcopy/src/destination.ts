import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { CONFLICTS, type Level, type StoredPath, storedPath } from '@steering/core/artifacts';
import { SteeringError } from '@steering/core/errors';
import type { SourceFile } from './source/source.js';

const KINDS = ['responses', 'vecs', 'acts'];

/** Where results go: each path is a folder's own, never what a link in it points to. */
export class Destination {
	readonly root: string;
	readonly #level: Level;

	/** @throws SteeringError ERR_USAGE for what is no folder, or a folder of one kind that is given several */
	constructor(path: string, files: readonly SourceFile[]) {
		const found = lookAt(resolve(path));
		this.root = found ? realpathSync(path) : resolve(path);
		if (found && !lstatSync(this.root).isDirectory()) {
			throw new SteeringError('ERR_USAGE', `${path} is not a folder`);
		}
		this.#level = levelOf(this.root, files);
		const kinds = new Set(files.map((file) => kindOf(file)));
		if (KINDS.includes(basename(this.root))) kinds.add(basename(this.root));
		if (this.#level === 'folder' && kinds.size > 1) {
			throw new SteeringError('ERR_USAGE', `${path} would mix ${[...kinds].sort().join(' and ')} in one folder`, {
				hint: 'give the folder that holds artifacts/, or artifacts/ itself',
			});
		}
	}

	/** Where a file of `responses`, `vecs`, `acts` or `conflicts` lies. @throws SteeringError ERR_BAD_FILE for a link on the way */
	place(folder: string, name: string): string {
		const path = join(this.#folder(folder), name);
		const found = lookAt(path);
		if (found && !found.isFile()) throw notOurs(path, found.isSymbolicLink() ? 'a symbolic link' : 'not a plain file');
		return path;
	}

	/** As it is printed. */
	relative(path: string): string {
		return relative(this.root, path);
	}

	names(folder: string): string[] {
		const path = this.#folder(folder);
		return lookAt(path) ? readdirSync(path) : [];
	}

	#folder(folder: string): string {
		let path = this.root;
		const own = this.#level === 'folder' && folder !== CONFLICTS ? [] : [folder];
		for (const part of this.#level === 'root' ? ['artifacts', ...own] : own) {
			path = join(path, part);
			const found = lookAt(path);
			if (found && !found.isDirectory()) {
				throw notOurs(path, found.isSymbolicLink() ? 'a symbolic link' : 'not a folder');
			}
		}
		return path;
	}
}

function notOurs(path: string, what: string): SteeringError {
	return new SteeringError('ERR_BAD_FILE', `${path} is ${what}: nothing is written through it`, {
		hint: 'move it away',
	});
}

function lookAt(path: string) {
	return lstatSync(path, { throwIfNoEntry: false });
}

function kindOf(file: StoredPath): string {
	return file.folder === CONFLICTS ? storedPath(file.base.replace(/\.measures\.json$/, ''))!.folder : file.folder;
}

/** What is there decides; a new folder is filled as the source is laid out. */
function levelOf(root: string, files: readonly SourceFile[]): Level {
	const names = lookAt(root) ? readdirSync(root) : [];
	if (basename(root) === 'artifacts') return 'artifacts';
	if (KINDS.includes(basename(root))) return 'folder';
	if (names.includes('artifacts')) return 'root';
	if (names.some((name) => KINDS.includes(name))) return 'artifacts';
	if (names.some((name) => storedPath(name))) return 'folder';
	const levels = new Set(files.map(({ level }) => level));
	return levels.has('root') ? 'root' : levels.has('artifacts') && !onlyConflicts(files) ? 'artifacts' : 'folder';
}

/** Beside files of one folder lies its conflicts/. */
function onlyConflicts(files: readonly SourceFile[]): boolean {
	return files.every(({ level, folder }) => level === 'folder' || folder === CONFLICTS);
}
