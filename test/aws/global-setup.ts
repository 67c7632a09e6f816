import type { TestProject } from 'vitest/node';
import { areEmulatorsInstalled } from './emulators/install.ts';
import { startMiniStack } from './emulators/ministack.ts';
import { startMoto } from './emulators/moto.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Base URL of the AWS emulator that all tests share; `null` where none is installed. */
    awsEndpoint: string | null;
    /** Of the one whose DynamoDB is used: it isolates transactions and honours their tokens, as moto does not, and is ten times as fast. */
    tableEndpoint: string | null;
  }
}

/** Starts the emulators of AWS for the whole run. Tests that need a whole deployment start one of their own. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!areEmulatorsInstalled()) {
    project.provide('awsEndpoint', null);
    project.provide('tableEndpoint', null);
    return undefined;
  }
  const [moto, miniStack] = await Promise.all([startMoto(), startMiniStack()]);
  project.provide('awsEndpoint', moto.endpoint);
  project.provide('tableEndpoint', miniStack.endpoint);
  return async () => {
    await Promise.all([moto.stop(), miniStack.stop()]);
  };
}
