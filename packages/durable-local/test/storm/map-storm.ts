import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { systemClock } from '@stageflow/core'
import type { RunDetails } from '@stageflow/durable-engine'

import { randomFrom } from '../random-graph.ts'
import { carryMaps } from './carry-maps.ts'
import { Ledger } from './map-ledger.ts'
import { FILES, expectedItems, itemsOf, mapGraph, mapPlans } from './maps.ts'
import type { MapPlan } from './maps.ts'
import type { OpenRuns, StormPlace } from './place.ts'
import type { MapWorkerPlan } from './map-worker.ts'

const WORKER = fileURLToPath(new URL('./map-worker.ts', import.meta.url))

export interface MapStormPlan {
  /** The items of each of the runs of `mapPlans`. */
  readonly items: number
  readonly workers: number
  /** How many processes are killed, at random moments of the work. */
  readonly kills: number
  readonly leaseMs: number
  /** The longest time of an item. */
  readonly slowMs: number
  readonly seed: number
  /** After that many minutes without an end, the runs that are left count as hung. */
  readonly minutes: number
}

export interface MapStormReport {
  readonly items: number
  readonly kills: number
  /** Calls of items that began. */
  readonly begun: number
  /** Those of them that had begun before, and were in progress at a kill or when their map failed. */
  readonly begunAgain: number
  /** How many calls had settled at some kill: these must not begin again. */
  readonly settledAtKills: number
  readonly legs: number
  readonly seconds: number
  /** Everything that may not happen. */
  readonly problems: readonly string[]
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Carries out maps of many items in processes that are killed at random, and returns what happened. */
export async function mapStorm(place: StormPlace, plan: MapStormPlan): Promise<MapStormReport> {
  const startedAt = systemClock.now()
  const random = randomFrom(plan.seed)
  const folder = place.whereabouts
  const plans = mapPlans(plan.items)
  const ledger = new Ledger(join(folder, FILES.deeds))
  const problems: string[] = []
  let isOver = false

  const told: MapWorkerPlan = {
    opener: place.opener.href,
    address: place.address,
    folder,
    leaseMs: plan.leaseMs,
    slowMs: plan.slowMs,
    plans,
    isClient: !place.needsWorker,
  }
  const workers = Array.from({ length: plan.workers }, () => ({
    child: undefined as ChildProcess | undefined,
    said: '',
  }))
  /** Starts a process, and another one whenever it was killed. Resolves when one has ended by itself. */
  const keepAlive = async (worker: (typeof workers)[number], number: number): Promise<void> => {
    while (!isOver) {
      const log = openSync(join(folder, `worker-${number}.log`), 'a')
      const child = spawn(
        process.execPath,
        ['--conditions=@stageflow/source', '--no-warnings', WORKER, JSON.stringify(told)],
        { stdio: ['ignore', 'pipe', log] },
      )
      closeSync(log)
      worker.said = ''
      worker.child = child
      child.stdout?.on('data', (bytes) => (worker.said += String(bytes)))
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
      if (signal === 'SIGKILL') continue
      if (code !== 0) problems.push(`worker ${number} has ended with ${code ?? signal}: see worker-${number}.log`)
      // One that ends by itself has seen the end of all runs.
      isOver = true
    }
  }
  /** Mostly the process that has written last, so that some of its items are in progress. */
  const kill = async (): Promise<void> => {
    const pid = random() < 0.8 ? ledger.lastPid : undefined
    const busy = workers.find(({ child }) => child?.pid === pid)
    const { child } = (busy ?? workers[Math.floor(random() * workers.length)]) as { readonly child: ChildProcess }
    if (child.exitCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
    // The facts first: a line that is written from here on is of a call that began after they were recorded.
    const settled = await place.settledCalls()
    ledger.mark(child.pid as number, settled)
  }

  const ends = Promise.all(workers.map(keepAlive))
  const { openRuns } = (await import(place.opener.href)) as { readonly openRuns: OpenRuns }
  const opened = openRuns(place.address, { clock: systemClock, leaseMs: plan.leaseMs, isWeak: false, version: 'old' })
  const graph = mapGraph({
    folder,
    slowMs: 0,
    note: (runId, key) => problems.push(`the storm itself called ${runId} ${key}`),
  })
  const client = place.needsWorker
    ? carryMaps({
        ...opened,
        graph,
        plans,
        folder,
        note: (what, error) => problems.push(`unexpected: ${what}: ${String(error)}`),
        isOver: () => isOver,
      })
    : undefined
  const { promise: gaveUp, resolve: leave } = Promise.withResolvers<undefined>()
  let hasGivenUp = false
  const giveUp = async (): Promise<void> => {
    isOver = hasGivenUp = true
    const left = (await place.openRuns?.().catch((error: unknown) => [String(error)])) ?? []
    problems.push([`not all was over after ${plan.minutes} minutes, and ${ledger.size} lines`, ...left].join('; '))
    leave(undefined)
  }
  const timer = setTimeout(() => void giveUp(), plan.minutes * 60_000)

  // Each kill comes at a random moment of its share of the work, of which each item writes two lines at least.
  const share = (2 * plan.items * plans.length) / (plan.kills + 1)
  for (let done = 0; done < plan.kills && !isOver; done++) {
    const lines = Math.floor((done + random()) * share)
    while (!isOver && (ledger.size < lines || !workers.every(({ said }) => said.includes('ready')))) await wait(10)
    if (!isOver) await kill()
  }
  writeFileSync(join(folder, FILES.noMoreKills), '')
  await Promise.race([client ?? ends, gaveUp])
  const seconds = Math.round((systemClock.now() - startedAt) / 100) / 10
  clearTimeout(timer)
  isOver = true

  let legs = 0
  for (const one of plans) {
    const details = await opened.runs
      .get(one.id)
      .catch((error: unknown) => void problems.push(`${one.id}: ${String(error)}`))
    legs += details?.leg ?? 0
    problems.push(...problemsOf(one, details ?? undefined))
  }
  writeFileSync(join(folder, FILES.allRead), '')
  if (hasGivenUp) for (const { child } of workers) child?.kill('SIGKILL')
  await ends
  await opened.runs.close()
  const unexpected = join(folder, FILES.unexpected)
  if (existsSync(unexpected)) problems.push(...readFileSync(unexpected, 'utf8').split('\n').filter(Boolean))
  return {
    items: plan.items * plans.length,
    kills: ledger.kills,
    ...ledger.counts(),
    legs,
    seconds,
    problems: [...problems, ...ledger.problems()],
  }
}

/** What is wrong with the result of a run: each item has to be there once, in the order of the source. */
function problemsOf(plan: MapPlan, details: RunDetails | undefined): readonly string[] {
  const { id, map } = plan
  if (details?.status !== 'completed')
    return [`${id} is ${details?.status ?? 'lost'} (${details?.error?.code}: ${details?.error?.message})`]
  const found = itemsOf(details.result?.data, plan)
  const expected = expectedItems(plan)
  if (!Array.isArray(found)) return [`${id} has no items of ${map}: ${JSON.stringify(details.result?.data)}`]
  if (found.length !== expected.length) return [`${id} has ${found.length} items instead of ${expected.length}`]
  return expected.flatMap((one, place) => {
    const [here, there] = [JSON.stringify(found[place]), JSON.stringify(one)]
    return here === there ? [] : [`${id} ${map}#${place} came to ${here} instead of ${there}`]
  })
}
