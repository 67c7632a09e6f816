import type { CallArguments } from '../../catalogue/call-arguments.ts';
import type { Consequence } from '../consequence.ts';
import type { PreviewReads } from './preview-reads.ts';

/** Says what a call of one operation will do. The arguments have been checked. */
export type Preview = (callArguments: CallArguments, reads: PreviewReads) => Consequence | Promise<Consequence>;

export type Previews = Readonly<Record<string, Preview>>;
