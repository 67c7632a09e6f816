import type { CallArguments } from '../../catalogue/call-arguments.ts';
import { type ArgumentIssue, SmartleadError } from '../../smartlead/smartlead-error.ts';
import type { Tool } from '../tool.ts';
import { createDiscoveryTool, unknownToolIssue } from './discovery-tool.ts';
import { callToolName } from './discovery-tool-names.ts';

/**
 * Calls another tool. What reaches this tool itself are only calls that resolve-call.ts could not take for a call of the tool they
 * name; so all it does is say why.
 */
export function createCallTool(tools: readonly Tool[]): Tool {
  const names = new Set(tools.map(({ definition }) => definition.name));
  const refuse = (callArguments: CallArguments): never => {
    const issue = whatIsWrong(callArguments, names);
    throw new SmartleadError('invalid_arguments', `${issue.path} ${issue.message}.`, { issues: [issue] });
  };
  return createDiscoveryTool({
    name: callToolName,
    description:
      'Call a tool by name. Some send mail, delete or spend: they answer what will happen and take confirm with the text given there.',
    parameters: [
      { name: 'name', type: 'string', required: true },
      { name: 'arguments', type: 'object', required: false, nullable: true },
      { name: 'confirm', type: 'string', required: false },
      { name: 'repeat', type: 'boolean', required: false },
    ],
    notes: { arguments: 'As described by describe_tool', repeat: 'Send a write again that was sent in the last 10 minutes' },
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    check: refuse,
    answer: refuse,
  });
}

function whatIsWrong({ name }: CallArguments, names: ReadonlySet<string>): ArgumentIssue {
  if (name === callToolName) return { path: 'name', message: 'must be another tool than call_tool' };
  if (!names.has(String(name))) return unknownToolIssue(String(name));
  return { path: 'arguments', message: 'must be an object with the arguments of the tool' };
}
