import { appendFileSync, existsSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

import { StageflowError, systemClock } from '@stageflow/core'
import type { Clock } from '@stageflow/core'

import { randomFrom } from '../random-graph.ts'
import { ALL_ENDED, MAY_END, orderGraph } from './orders.ts'
import type { Version } from './orders.ts'
import { People } from './people.ts'
import type { OpenRuns } from './place.ts'

// One process of the app in a storm: it recovers runs, without a token, and passes on what people ask for. It may be killed or stopped at
// any time, and ends by itself once all of them have seen that all orders have ended.

/** What the storm tells a worker. */
export interface WorkerPlan {
  readonly opener: string
  readonly address: string
  /** Where the files are by which the storm and its workers tell each other what happened. */
  readonly folder: string
  readonly version: Version
  readonly isWeak: boolean
  readonly leaseMs: number
  /** How far the clock of this process is from that of the others, in ms. */
  readonly skewMs: number
  readonly slowMs: number
  readonly firstSeed: number
  readonly orders: number
  /** Which of the workers this is: it answers and starts its share of the orders. */
  readonly place: number
  readonly workers: number
  /** How often it calls `recover` again, in ms. */
  readonly recoverAgainMs: number
  /** What it exits with if it is asked to end before all orders have ended. */
  readonly closedCode: number
  /** For what this process does at random. */
  readonly seed: number
}

const plan = JSON.parse(process.argv[2] as string) as WorkerPlan
const random = randomFrom(plan.seed)

// The process stops between two turns of its event loop, never between the look at the lease and the call that follows it.
process.on('SIGUSR2', () => {
  writeSync(1, 'stops\n')
  process.kill(process.pid, 'SIGSTOP')
  writeSync(1, 'goes on\n')
})

/** Not that of the others, and now and then it jumps ahead. */
let ahead = plan.skewMs
const clock: Clock = { ...systemClock, now: () => systemClock.now() + ahead }
setInterval(() => (ahead += random() < 0.2 ? random() * 200 : 0), 200).unref()

const { openRuns } = (await import(plan.opener)) as { readonly openRuns: OpenRuns }
const { runs, troubles } = opened()
function opened(): ReturnType<OpenRuns> {
  const { address, leaseMs, isWeak, version, closedCode } = plan
  try {
    return openRuns(address, { clock, leaseMs, isWeak, version })
  } catch (error) {
    // The place is in trouble. As an app would, the storm starts this process again.
    if (StageflowError.is(error, 'durable-local/unavailable')) process.exit(closedCode)
    throw error
  }
}
const file = (name: string): string => join(plan.folder, name)
const graph = orderGraph({
  version: plan.version,
  effect: (runId, key) => appendFileSync(file('calls'), `${runId} ${key}\n`),
  newCards: (runId) => [1, 2].filter((n) => existsSync(file(`card-${runId}-${n}`))).length,
  clock,
  slowMs: plan.slowMs,
})
const people = new People({
  ...plan,
  runs,
  graph,
  troubles,
  random,
  note: (what, ...words) => appendFileSync(file(what), `${words.join(' ')}\n`),
  noted: (what) => (existsSync(file(what)) ? readFileSync(file(what), 'utf8').split('\n').filter(Boolean) : []),
  giveCard: (runId, n) => writeFileSync(file(`card-${runId}-${n}`), ''),
  mayEnd: () => existsSync(file(MAY_END)),
})

// A deploy: code that is in progress has some time to leave.
const close = async (): Promise<void> => {
  const report = await runs.close({ timeoutMs: random() * 2 * plan.slowMs })
  if (report?.error !== undefined) people.checkCode('close', report.error, [])
  process.exit(plan.closedCode)
}
process.on('SIGTERM', () => void close())

// Again and again, as an operator does who has made room: a run for whose facts there was no room waits for that.
const recover = (): void =>
  void runs.recover(graph).catch((error: unknown) => people.checkCode('recover', error, ['durable-engine/closed']))
recover()
setInterval(recover, plan.recoverAgainMs).unref()
console.log('ready')
await people.live()
console.log('ended')
// Another process may still look at its orders through what this one serves.
while (!existsSync(file(ALL_ENDED))) await new Promise((resolve) => setTimeout(resolve, 20))
await runs.close()
