import type { FieldShape } from '../catalogue/operation.ts';

/** Arguments of every tool that writes a file. */
export const limitField: FieldShape = { name: 'limit', type: 'integer', required: false, min: 1 };
export const cursorField: FieldShape = { name: 'cursor', type: 'string', required: false };

/** What holds for every file. */
export const exportNote = 'Answers a link for an hour; formulas get an apostrophe.';
