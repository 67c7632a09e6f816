import type { TestProject } from 'vitest/node';
import { areEmulatorsInstalled } from './emulators/install.ts';
import { startMoto } from './emulators/moto.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Base URL of the AWS emulator that all tests share; `null` where none is installed. */
    awsEndpoint: string | null;
  }
}

/** Starts one emulator of AWS for the whole run. Tests that need a whole deployment start one of their own. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const command = process.env.MOTO_SERVER;
  if (command === undefined && !areEmulatorsInstalled()) {
    project.provide('awsEndpoint', null);
    return undefined;
  }
  const emulator = await startMoto(command);
  project.provide('awsEndpoint', emulator.endpoint);
  return () => emulator.stop();
}
