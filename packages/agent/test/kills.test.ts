import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ProcessPlace } from '../../durable-engine/test/process-cases.ts'
import { AGENT_KILLS, expectedOf, seeKill } from './agent-kills.ts'

async function newFile(): Promise<ProcessPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'agent-kills-'))
  return {
    address: join(folder, 'runs.db'),
    opener: new URL('../../durable-local/test/local-app.ts', import.meta.url),
    leaseEnd: () => Promise.reject(new Error('No case reads the lease.')),
    close: async () => rmSync(folder, { recursive: true }),
  }
}

for (const kill of AGENT_KILLS)
  test(`a process is killed ${kill.what}: only what was in progress is done again, and every call has its result`, async () => {
    expect(await seeKill(kill, newFile)).toEqual(expectedOf(kill))
  })
