import type { Toolset } from './tool-selection.ts';

export interface ToolFact {
  name: string;
  toolset: Toolset;
  /** Whether the tool only reads, so that the same call may be made again when its answer was lost. */
  reads: boolean;
}

export interface ToolSelectionFact {
  /** Name of a set, of a profile, `discovery`, or `full` for every tool. */
  name: string;
  kind: 'full' | 'profile' | 'toolset' | 'discovery';
  /** How many tools it offers. */
  tools: number;
  /** Length of the answer to tools/list, in bytes of JSON: what a model reads before it does anything. */
  bytes: number;
}
