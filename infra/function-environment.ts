import { readFileSync } from 'node:fs';
import type { Settings } from './config.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

/** Environment that every function shares; `functions/composition/aws-environment.ts` reads it. Never a secret: anybody with a console sees it. */
export function sharedEnvironment(settings: Settings): Record<string, string> {
  return { SERVICE_VERSION: version, STAGE: settings.stage, SIGN_UPS: settings.signUps };
}
