import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isHeavy } from '../../core/test/property-settings.ts'
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

// By day the rows that have the others in them: an answer, every call behind its effect, and a run that waits with a call in progress.
const DAY = /in the answer|in the call of each turn|in the approved call/
for (const kill of isHeavy ? AGENT_KILLS : AGENT_KILLS.filter(({ what }) => DAY.test(what)))
  test(`a process is killed ${kill.what}: only what was in progress is done again, and every call has its result`, async () => {
    expect(await seeKill(kill, newFile)).toEqual(expectedOf(kill))
  })
