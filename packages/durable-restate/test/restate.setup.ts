import type { TestProject } from 'vitest/node'
import { startRestate } from './restate-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The Restate server of the tests, or the problem that every test fails with. */
    readonly restate: { readonly url: string; readonly admin: string } | { readonly problem: string }
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  try {
    const { url, admin, close } = await startRestate()
    project.provide('restate', { url, admin })
    return close
  } catch (error) {
    project.provide('restate', { problem: (error as Error).message })
    return async () => {}
  }
}
