import { startInstance } from '@verbatim/testing/instance';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the one instance that all browser stories share; each brings an organization of its own. */
    readonly origin: string;
  }
}

export default async function startSharedInstance(project: TestProject): Promise<() => Promise<void>> {
  const instance = await startInstance();
  project.provide('origin', instance.origin);
  return () => instance.remove();
}
