export type ModernSdk = typeof import('./sdk.ts');

let loaded: Promise<ModernSdk> | undefined;

/** Loads the SDK of revision 2026-07-28, once for the process. */
export function loadModernSdk(): Promise<ModernSdk> {
  loaded ??= import('./sdk.ts');
  return loaded;
}
