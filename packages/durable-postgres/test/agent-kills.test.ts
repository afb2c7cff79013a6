import { expect, test } from 'vitest'

import { AGENT_KILLS, expectedOf, seeKill } from '../../agent/test/agent-kills.ts'
import { isHeavy } from '../../core/test/property-settings.ts'
import { newSchema } from './new-schema.ts'

// By day the row that has both: a run that waits, and a call in progress.
const byDay = AGENT_KILLS.filter(({ what }) => what.includes('in the approved call'))
for (const kill of isHeavy ? AGENT_KILLS : byDay)
  test(`a process of an agent is killed ${kill.what}: only what was in progress is done again`, async () => {
    expect(await seeKill(kill, newSchema)).toEqual(expectedOf(kill))
  })
