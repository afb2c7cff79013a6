import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'

import { systemClock } from '@stageflow/core'

import { carryMaps } from './carry-maps.ts'
import { FILES, mapGraph } from './maps.ts'
import type { MapPlan } from './maps.ts'
import type { OpenRuns } from './place.ts'

// One process of a map storm: it carries the runs out, and may be killed at any time. It ends by itself once all runs have ended.

/** What the storm tells a worker. */
export interface MapWorkerPlan {
  readonly opener: string
  readonly address: string
  readonly folder: string
  readonly leaseMs: number
  readonly slowMs: number
  readonly plans: readonly MapPlan[]
  /** Whether it also starts, answers and retries the runs. Otherwise the storm does. */
  readonly isClient: boolean
}

const RECOVER_AGAIN_MS = 1_000

const { opener, address, folder, leaseMs, slowMs, plans, isClient } = JSON.parse(
  process.argv[2] as string,
) as MapWorkerPlan
const graph = mapGraph({
  folder,
  slowMs,
  note: (runId, key, deed, why = '') =>
    appendFileSync(join(folder, FILES.deeds), `${runId} ${key} ${deed} ${process.pid} ${why}\n`),
})
const note = (what: string, error: unknown): void =>
  appendFileSync(join(folder, FILES.unexpected), `${what}: ${String((error as Error).stack).replaceAll('\n', ' | ')}\n`)
const { openRuns } = (await import(opener)) as { readonly openRuns: OpenRuns }
const { runs, troubles } = openRuns(address, { clock: systemClock, leaseMs, isWeak: false, version: 'old' })
const recover = (): void =>
  void runs.recover(graph).catch((error: unknown) => {
    const { code = '' } = error as { readonly code?: string }
    if (!['durable-engine/closed', ...troubles].includes(code)) note('recover', error)
  })
recover()
setInterval(recover, RECOVER_AGAIN_MS).unref()
console.log('ready')
const isOver = (): boolean => existsSync(join(folder, FILES.allRead))
if (isClient) await carryMaps({ runs, troubles, graph, plans, folder, note, isOver })
console.log('ended')
while (!isClient && !isOver()) await new Promise((resolve) => setTimeout(resolve, 20))
await runs.close()
