import { type BuiltInstance, buildForTest, type RunningProcess, runBuilt } from '../../container/instance/built-instance.ts';
import { rawRequest } from '../../container/instance/raw-http.ts';
import { type StubSmartlead, startStubSmartlead } from '../../container/instance/stub-smartlead.ts';

export const apiKey = 'demo-key-of-the-faults';

/** The instance as it ships, as a process in front of a stub of Smartlead. */
export interface InstanceProcess extends RunningProcess {
  pid: number;
  port: number;
  url: string;
  /** Value of a gauge or counter on /metrics. */
  metric(name: string): Promise<number>;
}

export interface Workbench {
  built: BuiltInstance;
  stub: StubSmartlead;
  /** Environment that points an instance at the stub. */
  environment: Record<string, string>;
  serve(options?: { commandLine?: string[]; environment?: Record<string, string> }): Promise<InstanceProcess>;
  stdio(options?: { commandLine?: string[]; environment?: Record<string, string> }): RunningProcess;
  /** Ends all processes that are left. */
  endAll(): void;
  close(): Promise<void>;
}

export async function openWorkbench(): Promise<Workbench> {
  const [built, stub] = await Promise.all([buildForTest(), startStubSmartlead()]);
  const environment = {
    SMARTLEAD_API_KEY: apiKey,
    SMARTLEAD_CORE_URL: stub.hosts.core,
    SMARTLEAD_PROSPECT_URL: stub.hosts.prospect,
    SMARTLEAD_DELIVERY_URL: stub.hosts.delivery,
    SMARTLEAD_SENDERS_URL: stub.hosts.senders,
    SMARTLEAD_RATE_LIMIT: 'off',
  };
  const started: RunningProcess[] = [];
  const run = (commandLine: string[], extra: Record<string, string> = {}) => {
    const running = runBuilt(built.folder, commandLine, { ...environment, ...extra });
    started.push(running);
    return running;
  };
  return {
    built,
    stub,
    environment,
    stdio: ({ commandLine = [], environment: extra } = {}) => run(['stdio', ...commandLine], extra),
    async serve({ commandLine = [], environment: extra } = {}) {
      const running = run(['serve', '--port', '0', '--log-level', 'warn', ...commandLine], extra);
      const [, port] = await running.waitFor(/"event":"listening","port":(\d+)/);
      const url = `http://127.0.0.1:${port}`;
      return Object.assign(running, {
        pid: running.process.pid as number,
        port: Number(port),
        url,
        async metric(name: string) {
          const { text } = await rawRequest(`${url}/metrics`);
          return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(text)?.[1] ?? Number.NaN);
        },
      });
    },
    endAll() {
      for (const running of started.splice(0)) running.process.kill('SIGKILL');
    },
    async close() {
      await stub.close();
      await built.remove();
    },
  };
}
