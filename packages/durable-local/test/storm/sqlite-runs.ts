import { statSync } from 'node:fs'

import { durableLocal } from '@stageflow/durable-local'

import type { OpenRuns } from './place.ts'

const MIB = 1024 ** 2

/** Opens the journal of a storm, as a process of the app. One that is weak soon has no room for more. */
export const openRuns: OpenRuns = (path, { clock, leaseMs, isWeak }) => {
  const now = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  const runs = durableLocal({
    path,
    clock,
    leaseMs,
    synchronous: 'normal',
    busyTimeoutMs: isWeak ? 20 : 200,
    maxRecoveries: 1_000,
    ...(isWeak && { maxBytes: Math.max(MIB, now + 64 * 1024) }),
  })
  return { runs, troubles: ['durable-local/unavailable', 'durable-local/full'] }
}
