import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFunctions } from '../../scripts/build-functions.ts';
import { callsIn, sourcesOf } from './aws-calls.ts';
import { reachableCalls, readFunctionSources } from './reachable-calls.ts';
import { placeholderBundles, type SynthesizedStage, synthesizeStage } from './synthesized-stage.ts';

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

interface Program {
  /** Of a function: what its entry can reach, exactly; see `reachable-code.ts`. */
  reachable?: Set<string>;
  /** IAM actions that its code can ask for. */
  calls: Set<string>;
  statements: Statement[];
}

let stage: SynthesizedStage;
const programs = new Map<string, Program>();
let remove: () => Promise<void> = async () => {};

beforeAll(async () => {
  const [placeholders, folder] = await Promise.all([placeholderBundles(), mkdtemp(join(tmpdir(), 'function-bundles-'))]);
  remove = async () => {
    await Promise.all([placeholders.remove(), rm(folder, { recursive: true, force: true })]);
  };
  stage = await synthesizeStage('prod', {
    overrides: { mailFrom: 'mcp@example.com' },
    functionBundles: placeholders.folder,
  });
  const typed = await readFunctionSources();
  for (const { name, entry, sources } of await buildFunctions({ outdir: folder, limit: Number.POSITIVE_INFINITY })) {
    programs.set(name, {
      reachable: reachableCalls(typed, name, entry),
      calls: await callsIn(sources),
      statements: statementsOf(new RegExp(`^Role of the function ${name} \\(prod\\)$`)),
    });
  }
  typed.close();
  for (const [name, entry] of [
    ['manager', 'functions/instance-manager-service/main.ts'],
    ['router', 'container/router/main.ts'],
  ] as const) {
    programs.set(name, {
      calls: await callsIn(await sourcesOf(entry)),
      statements: statementsOf(new RegExp(`^Of the ${name} \\(prod\\)$`)),
    });
  }
}, 240_000);
afterAll(() => remove());

/** All that the role of this description may do. */
function statementsOf(description: RegExp): Statement[] {
  const roles = stage
    .resources('AWS::IAM::Role')
    .filter(([, { Properties }]) => description.test(String(Properties.Description)));
  expect(roles.map(([id]) => id)).toHaveLength(1);
  const [stack = '', id = ''] = roles[0]?.[0].split('/') ?? [];
  return stage.resources('AWS::IAM::Policy').flatMap(([policy, { Properties }]) => {
    const names = JSON.stringify(Properties.Roles);
    if (!policy.startsWith(`${stack}/`) || !names.includes(`"${id}"`)) return [];
    return (Properties.PolicyDocument as { Statement: Statement[] }).Statement;
  });
}

const actionsOf = ({ Action }: Statement): string[] => [Action].flat();
/** The service of AWS that alone may use what is allowed, in the program's name. */
const viaService = ({ Condition }: Statement): unknown => Condition?.StringEquals?.['kms:ViaService'];
/** What it may ask for itself. */
const granted = ({ statements }: Program): Set<string> =>
  new Set(statements.filter((statement) => viaService(statement) === undefined).flatMap(actionsOf));

/** Granted for what a service of AWS does in the program's name, when this is asked for. */
const followsFrom: readonly [granted: RegExp, call: RegExp][] = [
  // Passing roles and tags along is part of launching.
  [/^iam:PassRole$/, /^ecs:RunTask$/],
  [/^ecs:TagResource$/, /^ecs:RunTask$/],
];
/** Granted to every function by where it runs: its log, its traces, its place in the network. */
const ofTheRuntime = /^(logs:(CreateLogStream|PutLogEvents)|xray:\w+|ec2:\w+)$/;

/** Lambda takes messages from a queue as the function that it hands them to. */
const ofTheEventSource: Readonly<Record<string, RegExp>> = {
  'usage-arrived': /^sqs:(ReceiveMessage|DeleteMessage|ChangeMessageVisibility|GetQueueAttributes|GetQueueUrl)$/,
};

function isCalledFor(statement: Statement, action: string, calls: ReadonlySet<string>): boolean {
  const via = viaService(statement);
  // DynamoDB and Secrets Manager use the keys of their data as whoever calls them.
  if (via !== undefined) {
    const service = /dynamodb|secretsmanager/.exec(JSON.stringify(via))?.[0];
    return [...calls].some((call) => call.startsWith(`${service}:`));
  }
  return (
    ofTheRuntime.test(action) ||
    calls.has(action) ||
    followsFrom.some(([of, call]) => of.test(action) && [...calls].some((made) => call.test(made)))
  );
}

describe('the permissions of each program', () => {
  it('are all for calls that its code makes', () => {
    const idle = [...programs].flatMap(([name, { calls, statements }]) =>
      statements
        .flatMap((statement) => actionsOf(statement).filter((action) => !isCalledFor(statement, action, calls)))
        .filter((action) => !ofTheEventSource[name]?.test(action))
        .map((action) => `${name}: ${action}`),
    );
    expect(idle).toEqual([]);
  });

  it.each([
    // Families of task definitions go with their instance, in the task DeleteInstance.
    ['manager', ['ecs:DeleteTaskDefinitions', 'ecs:ListTaskDefinitions']],
    ['router', []],
  ])('allow every call in the code of the %s', (name, inCodeOnly) => {
    const program = programs.get(name) as Program;
    const allowed = granted(program);
    expect([...program.calls].filter((call) => !allowed.has(call)).sort()).toEqual(inCodeOnly);
  });

  it('are those that each function can reach, no more and no fewer', () => {
    const functions = [...programs].flatMap(([name, { reachable, statements }]) =>
      reachable === undefined ? [] : [{ name, reachable, allowed: allowedCalls(name, statements) }],
    );
    expect(functions.length).toBeGreaterThan(30);
    const differences = functions.flatMap(({ name, reachable, allowed }) => [
      ...[...reachable].filter((call) => !allowed.has(call) && !isNeverMade(name, call)).map((call) => `${name} may not ${call}`),
      ...[...allowed].filter((call) => !reachable.has(call)).map((call) => `${name} never does ${call}`),
    ]);
    expect(differences.sort()).toEqual([]);
  });
});

/** What `ReachableCode` cannot tell from what runs, or what is refused on purpose. A deployment has all functions called (test/aws/deployment). */
function isNeverMade(name: string, call: string): boolean {
  // Whoever lists tasks adds the tags that one lacks. Only those who launch may; the others leave it to them.
  if (call === 'ecs:TagResource') return name !== 'lifecycle-launch-instance';
  const never: Readonly<Record<string, string>> = {
    // Rules only say whether there is mail; the manager sends it.
    'alert-rules': 'ses:SendEmail',
    // The keys of the warm pool are read by whoever launches.
    'lifecycle-resolve-secret': 'secretsmanager:GetSecretValue of the platform',
  };
  return never[name] === call;
}

/** What a function's statements allow it to ask for itself, in the words of `reachableCalls`. */
function allowedCalls(name: string, statements: Statement[]): Set<string> {
  const own = statements.filter((statement) => viaService(statement) === undefined && statement.Effect === 'Allow');
  return new Set(
    own.flatMap((statement) =>
      actionsOf(statement)
        .filter((action) => !ofTheRuntime.test(action) && !ofTheEventSource[name]?.test(action))
        .filter((action) => action !== 'iam:PassRole')
        .flatMap((action) => {
          if (action.startsWith('dynamodb:'))
            return [/:(BatchGetItem|GetItem|Query)$/.test(action) ? 'table: read' : 'table: write'];
          if (action !== 'secretsmanager:GetSecretValue') return [action];
          return [statement.Resource]
            .flat()
            .map((secret) => (JSON.stringify(secret).includes('/keys/') ? action : `${action} of the platform`));
        }),
    ),
  );
}

describe('the roles', () => {
  it('trust one service each, and ECS for tasks of this account alone', () => {
    const trusted = stage.resources('AWS::IAM::Role').flatMap(([id, { Properties }]) => {
      const { Statement } = Properties.AssumeRolePolicyDocument as {
        Statement: (Statement & { Principal: { Service?: string } })[];
      };
      return Statement.map(({ Principal, Condition }) => ({ id, service: Principal.Service, condition: Condition }));
    });
    const services = ['lambda', 'ecs-tasks', 'states', 'vpc-flow-logs', 'monitoring.rds', 'scheduler'];
    for (const { id, service = '', condition } of trusted) {
      expect({ id, service: services.includes(service.replace('.amazonaws.com', '')) }).toEqual({ id, service: true });
      if (service !== 'ecs-tasks.amazonaws.com') continue;
      expect({ id, condition }).toMatchObject({
        id,
        condition: {
          StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          ArnLike: { 'aws:SourceArn': expect.anything() },
        },
      });
    }
  });

  it('hand on only the two roles of instances, to ECS, and only where tasks are launched', () => {
    for (const [name, program] of programs) {
      const passes = program.statements.filter((statement) => actionsOf(statement).includes('iam:PassRole'));
      const launches = granted(program).has('ecs:RunTask');
      expect({ name, passes: passes.length }).toEqual({ name, passes: launches ? 1 : 0 });
      for (const { Resource, Condition } of passes) {
        const roles = [Resource].flat().map((role) => /Instances(?:Execution|Task)Role/.exec(JSON.stringify(role))?.[0]);
        expect(roles.sort()).toEqual(['InstancesExecutionRole', 'InstancesTaskRole']);
        expect(Condition).toEqual({ StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } });
      }
    }
  });
});
