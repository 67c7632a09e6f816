/** What each tool does, by operation id: one or two short sentences that let a model choose. */
export type ToolDescriptions = Readonly<Record<string, string>>;
