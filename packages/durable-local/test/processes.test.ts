import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { test } from 'vitest'

import { inFile } from '../../durable-engine/test/place.ts'
import { processCases } from '../../durable-engine/test/process-cases.ts'
import type { ProcessPlace } from '../../durable-engine/test/process-cases.ts'

async function newFile(): Promise<ProcessPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'durable-local-'))
  const path = join(folder, 'runs.db')
  return {
    address: path,
    opener: new URL('local-app.ts', import.meta.url),
    leaseEnd: async () => Number(inFile(path, 'SELECT until FROM owners JOIN runs ON owner = owners.id')[0]?.['until']),
    close: async () => rmSync(folder, { recursive: true }),
  }
}

for (const { name, run } of processCases(newFile)) test(name, run, 60_000)
