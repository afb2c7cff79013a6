import { appendFileSync, readFileSync } from 'node:fs'

import { memoryStore } from '../src/memory-store.ts'
import type { ProcessSide } from '../src/contract/process-worker.ts'

/** A side whose counter is shared and whose store is not: the process contract must refuse it. */
export function openSide(): Promise<ProcessSide> {
  const file = process.env['APART_SIDE_FILE'] ?? ''
  return Promise.resolve({
    store: memoryStore(),
    count: (name) => appendFileSync(file, `${name}\n`),
    counted: (prefix) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((name) => name.startsWith(prefix)).length,
    close() {},
  })
}
