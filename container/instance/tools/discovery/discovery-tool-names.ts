/** Names of the tools that search, describe and call all others. */
export const searchToolsName = 'search_tools';
export const describeToolName = 'describe_tool';
export const callToolName = 'call_tool';
