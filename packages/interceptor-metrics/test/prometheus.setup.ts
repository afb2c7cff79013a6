import type { TestProject } from 'vitest/node'

import { findPrometheus } from './find-prometheus.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the program; or the problem that the tests with Prometheus fail with. */
    readonly prometheus: { readonly binary: string } | { readonly problem: string }
  }
}

// Setups run one after the other, so that two of them never install at once.
export async function setup(project: TestProject): Promise<void> {
  try {
    project.provide('prometheus', { binary: await findPrometheus() })
  } catch (error) {
    project.provide('prometheus', { problem: (error as Error).message })
  }
}
