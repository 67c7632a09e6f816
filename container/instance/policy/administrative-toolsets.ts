import type { Toolset } from '../../../core/tool-selection.ts';

const administrativeToolsets: ReadonlySet<Toolset> = new Set(['mailboxes', 'senders', 'agency', 'webhooks']);

/** Whether writes of the toolset change the account itself rather than the work in it, so that they need the policy `full`. */
export function isAdministrative(toolset: Toolset): boolean {
  return administrativeToolsets.has(toolset);
}
