import { request } from 'node:http';
import { z } from 'zod';
import { type HealthReport, violationKinds } from '../../functions/ports.ts';
import { controlSocketPath } from '../control-socket-path.ts';

const count = z.number();
const reportSchema: z.ZodType<HealthReport> = z.object({
  checkedAt: z.string(),
  holds: z.boolean(),
  counts: z.object({ instances: count, processes: count, routes: count, secrets: count, tokens: count }),
  violations: z.array(
    z.object({ kind: z.enum(violationKinds), subject: z.string(), instanceId: z.string().nullable(), detail: z.string() }),
  ),
  components: z.array(z.object({ name: z.string(), status: z.enum(['ok', 'failing']), detail: z.string().nullable() })),
});

/** How long the service may take: it looks three times where something seems wrong. */
const answerMilliseconds = 30_000;

/**
 * Asks the service that runs on the data folder. `undefined` where none listens there. Rejects where one listens but does not answer
 * as it should.
 */
export async function askService(dataDir: string): Promise<HealthReport | undefined> {
  const socketPath = controlSocketPath(dataDir);
  if (socketPath === undefined) return undefined;
  const text = await new Promise<string | undefined>((resolve, reject) => {
    const asking = request({ socketPath, path: '/audit', signal: AbortSignal.timeout(answerMilliseconds) }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('error', reject).on('end', () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`the running service answered with status ${response.statusCode}`));
      });
    });
    asking.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined);
      else reject(error);
    });
    asking.end();
  });
  if (text === undefined) return undefined;
  return reportSchema.parse(JSON.parse(text));
}
