import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { Unsupported } from './checkpoint-error.js';
import { addedTokens } from './token-kinds.js';
import type { SentencePieceSource } from './tokenizer-source.js';

/** Far beyond the largest vocabulary; a count is never the size of anything made before it is checked (CWE-770). */
const MAX_PIECES = 1 << 22;
const BPE = 2;
const NORMAL = 1;

/** Fields of sentencepiece_model.proto, by number. */
interface Piece {
	text: string;
	score: number;
	kind: number;
}
interface Model {
	pieces: Piece[];
	/** Fields of trainer_spec and normalizer_spec that are whole numbers. */
	trainer: Map<number, number>;
	normalizer: Map<number, number>;
	/** Length of normalizer_spec's table of replacements. */
	replacements: number;
}

/**
 * The tokenizer of a `tokenizer.model` file, SentencePiece's own: of the BPE kind, with byte fallback, that leaves text as it is.
 * Throws a plain Error for what is no such file, an Unsupported for another kind.
 * @see https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto
 */
export function sentencePieceSource(bytes: Uint8Array, chatTemplate: string | undefined): SentencePieceSource {
	const { pieces, trainer, normalizer, replacements } = parseModel(bytes);
	if (pieces.length === 0) throw new Error('it has no pieces');
	const modelType = trainer.get(3) ?? 1;
	if (modelType !== BPE) throw new Unsupported('its SentencePiece tokenizer is not of the BPE kind');
	if (replacements > 0) throw new Unsupported('its SentencePiece tokenizer replaces characters');
	if (normalizer.get(4) ?? 1) throw new Unsupported('its SentencePiece tokenizer removes spaces');
	const id = (field: number, fallback: number) => {
		const value = (trainer.get(field) ?? fallback) | 0;
		return value >= 0 && value < pieces.length ? value : undefined;
	};
	return {
		tokens: pieces.map(({ text }) => text),
		scores: pieces.map(({ score }) => score),
		added: addedTokens(
			pieces.map(({ kind }) => kind),
			{ unknown: true },
		),
		...{ unknown: id(40, 0), bos: id(41, 1), eos: id(42, 2), padding: id(43, -1) },
		...{ endOfTurn: [], addsBos: true, addsSpacePrefix: (normalizer.get(3) ?? 1) !== 0, chatTemplate },
	};
}

function parseModel(bytes: Uint8Array): Model {
	const model: Model = { pieces: [], trainer: new Map(), normalizer: new Map(), replacements: 0 };
	eachField(bytes, (field, reader) => {
		if (field === 1) model.pieces.push(pieceOf(reader.bytes()));
		else if (field === 2) numbersOf(reader.bytes(), model.trainer);
		else if (field === 3) model.replacements = numbersOf(reader.bytes(), model.normalizer);
		else return false;
		if (model.pieces.length > MAX_PIECES) throw new Error(`more than ${MAX_PIECES} pieces`);
		return true;
	});
	return model;
}

function pieceOf(bytes: Uint8Array): Piece {
	const piece = { text: '', score: 0, kind: NORMAL };
	eachField(bytes, (field, reader) => {
		if (field === 1) piece.text = reader.string();
		else if (field === 2) piece.score = reader.float();
		else if (field === 3) piece.kind = reader.int32();
		else return false;
		return true;
	});
	return piece;
}

/** Whole numbers by field; returns the length of field 2, which in normalizer_spec is a table. */
function numbersOf(bytes: Uint8Array, numbers: Map<number, number>): number {
	let table = 0;
	eachField(bytes, (field, reader, type) => {
		if (type === WireType.Varint) numbers.set(field, Number(reader.int64()));
		else if (field === 2 && type === WireType.LengthDelimited) table = reader.bytes().length;
		else return false;
		return true;
	});
	return table;
}

function eachField(bytes: Uint8Array, read: (field: number, reader: BinaryReader, type: WireType) => boolean): void {
	const reader = new BinaryReader(bytes);
	while (reader.pos < reader.len) {
		const [field, type] = reader.tag();
		if (!read(field, reader, type)) reader.skip(type, field);
	}
}
