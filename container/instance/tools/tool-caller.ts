import type { CallPolicy } from '../../../core/policy.ts';
import type { CallArguments } from '../catalogue/call-arguments.ts';
import { UnknownFeature } from '../features/feature-errors.ts';
import type { CallContext, CallOutcome, ToolFeatures } from '../features/mcp-features.ts';
import { isNestedDeeper, mostArgumentLevels } from '../json/nesting-depth.ts';
import type { ArgumentLog } from '../observability/argument-log.ts';
import type { Log } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { confirmCall } from '../policy/confirmation.ts';
import { ConsequenceMemory } from '../policy/consequence-memory.ts';
import { decide, listObstacle, needsConfirmation } from '../policy/decide.ts';
import { notOffered, refusal } from '../policy/refusal.ts';
import { errorReport, SmartleadError } from '../smartlead/smartlead-error.ts';
import { callToolName, describeToolName, searchToolsName } from './discovery/discovery-tool-names.ts';
import { resolveCall } from './discovery/resolve-call.ts';
import { takeSteering } from './steering-arguments.ts';
import type { RunContext, Tool } from './tool.ts';
import type { ToolRegistry } from './tool-registry.ts';
import { answerResult, failureResult } from './tool-result.ts';

export interface ToolCallerOptions {
  registry: ToolRegistry;
  policy: CallPolicy;
  log: Log;
  metrics: Metrics;
  /** Keeps arguments for the log while the owner wants that; see createArgumentLog. */
  argumentLog: ArgumentLog;
}

/**
 * Makes the function every tool call goes through, whichever way it came: it keeps the policy, has risky calls confirmed, runs the
 * tool, shapes the result, and records one log line and one count.
 */
export function createToolCaller({ registry, policy, log, metrics, argumentLog }: ToolCallerOptions): ToolFeatures['call'] {
  const consequences = new ConsequenceMemory();
  return async (name, callArguments, context) => {
    const meant = resolveCall(registry, name, callArguments);
    const tool = registry.findAny(meant.name);
    if (tool === undefined)
      throw new UnknownFeature(`there is no tool ${JSON.stringify(name.slice(0, 100))} here; see tools/list`);
    const offered = registry.find(meant.name) !== undefined;
    const start = performance.now();
    const record = (outcome: string, message: string) => {
      const durationMs = Math.round((performance.now() - start) * 10) / 10;
      metrics.countCall(meant.name, outcome, durationMs);
      const loggedArguments = argumentLog(meant.name, meant.callArguments);
      log.write({
        level: levelOf(outcome),
        message,
        tool: meant.name,
        durationMs,
        outcome,
        requestId: context.requestId,
        ...(loggedArguments === undefined ? {} : { arguments: loggedArguments }),
      });
    };
    try {
      if (!offered) throw notOffered(meant.name, tool.toolset);
      const wayBarred = listObstacle(rulesFor(name, policy), name);
      if (meant.name !== name && wayBarred !== undefined) throw refusal(name, [wayBarred]);
      const outcome = await callTool(tool, meant.callArguments, { policy, consequences }, context);
      if (outcome.kind === 'question') record('confirmation_required', 'Tool call asks for confirmation');
      else record(outcome.result.isError === true ? 'incomplete' : 'ok', 'Tool call');
      return outcome;
    } catch (error) {
      const { code } = errorReport(error);
      // Messages may quote arguments or what Smartlead wrote; the log names the code alone.
      record(code, code === 'internal_error' ? `Tool call failed inside: ${describe(error)}` : 'Tool call failed');
      return { kind: 'result', result: failureResult(error) };
    }
  };
}

async function callTool(
  tool: Tool,
  callArguments: CallArguments,
  { policy, consequences }: { policy: CallPolicy; consequences: ConsequenceMemory },
  { signal, session, requestId, progress, asks, confirmation }: CallContext,
): Promise<CallOutcome> {
  const { definition, administrative } = tool;
  if (isNestedDeeper(callArguments, mostArgumentLevels)) throw tooDeep();
  const { steering, toolArguments } = takeSteering(callArguments);
  const effects = tool.effects(toolArguments);
  const steps = tool.madeOf?.(toolArguments) ?? [];
  const obstacles = decide(rulesFor(definition.name, policy), { tool: definition.name, effects, administrative, steps });
  if (obstacles.length > 0) throw refusal(definition.name, obstacles);
  await tool.check(toolArguments);
  const run: RunContext = { signal, session, requestId, progress, repeat: steering.repeat };
  if (needsConfirmation(effects) && (steering.repeat || tool.alreadyMade?.(toolArguments) !== true)) {
    const consequence = () =>
      consequences.consequence(definition.name, toolArguments, () => tool.consequence(toolArguments, run));
    const question = await confirmCall(
      { effects, confirm: steering.confirm, consequence },
      { asks, ...(confirmation === undefined ? {} : { confirmation }) },
    );
    if (question !== undefined) return { kind: 'question', question };
  }
  const isWrite = !effects.includes('read');
  if (isWrite) consequences.forget();
  try {
    return { kind: 'result', result: answerResult(await tool.run(toolArguments, run)) };
  } finally {
    if (isWrite) consequences.forget();
  }
}

function tooDeep(): SmartleadError {
  const message = `must not hold lists and objects more than ${mostArgumentLevels} levels deep`;
  return new SmartleadError('invalid_arguments', `The arguments ${message}.`, { issues: [{ path: '', message }] });
}

/** The tools that search, describe and call others do nothing by themselves: what is allowed are the tools they lead to. */
function rulesFor(name: string, { allowedTools, ...rules }: CallPolicy): CallPolicy {
  return allowedTools === undefined || discoveryToolNames.has(name) ? rules : { ...rules, allowedTools };
}

const discoveryToolNames: ReadonlySet<string> = new Set([searchToolsName, describeToolName, callToolName]);

const expectedOutcomes = new Set(['ok', 'cancelled', 'declined', 'confirmation_required']);

function levelOf(outcome: string): 'info' | 'warn' | 'error' {
  if (outcome === 'internal_error') return 'error';
  return expectedOutcomes.has(outcome) ? 'info' : 'warn';
}

/** Kind and place of an unexpected error, without its message, which may hold anything. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return `${error.name} ${error.stack?.match(/\n\s+at ([^\n]+)/)?.[1] ?? ''}`.trim();
}
