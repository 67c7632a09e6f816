import { z } from 'zod';

/** What `infra/` tells the functions of the REST API through their environment. */
export const apiEnvironmentSchema = z.object({
  SERVICE_VERSION: z.string().min(1),
  SIGN_UPS: z.enum(['open', 'closed']),
  /** Base of the URLs that customers paste into MCP clients. */
  PUBLIC_URL: z.url({ protocol: /^https$/ }).transform((url) => url.replace(/\/+$/, '')),
});
export type ApiEnvironment = z.infer<typeof apiEnvironmentSchema>;

/** Reads an environment by its schema. Throws an error that names each variable that is missing or wrong, but never a value. */
export function readEnvironment<Environment>(
  schema: z.ZodType<Environment>,
  variables: Record<string, string | undefined>,
): Environment {
  const environment = schema.safeParse(variables);
  if (environment.success) return environment.data;
  const problems = environment.error.issues.map((issue) => `${issue.path.join('.')} (${issue.message})`);
  throw new Error(`The environment of this function is not as it was deployed: ${problems.join('; ')}.`);
}
