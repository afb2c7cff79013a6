import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { systemClock } from '@stageflow/core'
import type { RunDetails } from '@stageflow/durable-engine'

import { randomFrom } from '../random-graph.ts'
import { orderGraph, orderPlan } from './orders.ts'
import type { OpenRuns, StormPlace } from './place.ts'
import { shown, uninterrupted } from './reference.ts'
import type { WorkerPlan } from './worker.ts'

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))

export interface StormPlan {
  readonly runs: number
  readonly workers: number
  /** How many kills, stops and troubles there are at most. Fewer if all runs have ended before. */
  readonly blows: number
  readonly leaseMs: number
  /** The longest time of a stage. */
  readonly slowMs: number
  /** Decides what the orders are and, as far as kills allow, what happens to them. */
  readonly seed: number
  /** After that many minutes without an end, the runs that are left count as hung. */
  readonly minutes: number
}

export interface StormReport {
  readonly runs: number
  readonly kills: number
  readonly stops: number
  /** How many processes were asked to end, while calls were in progress. */
  readonly closes: number
  readonly troubles: Readonly<Record<string, number>>
  readonly weak: number
  readonly completed: number
  readonly cancelled: number
  readonly byNewVersion: number
  readonly legs: number
  readonly calls: number
  /** Calls that began more than once, because they were in progress at a kill. */
  readonly callsAgain: number
  /** Acts of strangers that were refused. */
  readonly refused: number
  readonly seconds: number
  /** Everything that may not happen. */
  readonly problems: readonly string[]
}

/** What a process exits with that was asked to end. */
const CLOSED = 75

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A process of the app, and those that take its place when it is killed. */
interface Worker {
  child: ChildProcess
  isReady: boolean
  /** Whether it has seen that all orders have ended. */
  hasEnded: boolean
  isWeak: boolean
  /** How many have been killed. */
  lives: number
}

/** Carries orders in processes that are killed, stopped and troubled at random, while people and strangers act. */
export async function storm(place: StormPlace, plan: StormPlan): Promise<StormReport> {
  const startedAt = systemClock.now()
  const random = randomFrom(plan.seed)
  const folder = place.whereabouts
  const lines = (name: string): readonly string[] =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean) : []
  const problems: string[] = []
  const counts = { kills: 0, stops: 0, closes: 0, weak: 0 }
  const troubles: Record<string, number> = {}
  /** The line from which on a call that had settled may not begin, by its run and key. */
  const settledBefore = new Map<string, number>()
  let isOver = false
  /** Resolves when the trouble that came last is over. */
  let troubled: Promise<void> = Promise.resolve()

  const start = (number: number, lives: number, isWeak: boolean): ChildProcess => {
    const told: WorkerPlan = {
      opener: place.opener.href,
      address: place.address,
      folder,
      // A rolling deploy: all begin with the old version, and one keeps it.
      version: number === 0 || lives === 0 || !place.mixesVersions ? 'old' : 'new',
      isWeak,
      leaseMs: plan.leaseMs,
      skewMs: Math.floor((random() - 0.5) * 1_000),
      slowMs: plan.slowMs,
      firstSeed: plan.seed,
      orders: plan.runs,
      place: number,
      workers: plan.workers,
      closedCode: CLOSED,
      recoverAgainMs: 2_000,
      seed: Math.floor(random() * 2 ** 31),
    }
    const log = openSync(join(folder, `worker-${number}.log`), 'a')
    const child = spawn(
      process.execPath,
      ['--conditions=@stageflow/source', '--no-warnings', WORKER, JSON.stringify(told)],
      { stdio: ['ignore', 'pipe', log] },
    )
    closeSync(log)
    return child
  }
  const workers = Array.from({ length: plan.workers }, (): Worker => ({
    child: undefined as never,
    isReady: false,
    hasEnded: false,
    isWeak: false,
    lives: 0,
  }))

  /** Starts a process, and another one whenever it was killed or closed. Resolves when one has ended by itself. */
  const keepAlive = async (worker: Worker, number: number): Promise<void> => {
    while (!isOver) {
      worker.isReady = false
      // A new process would make a new place while the old one is away.
      await troubled
      worker.isWeak = place.hasWeak && worker.lives > 0 && random() < 0.15 && counts.kills < plan.blows / 2
      if (worker.isWeak) counts.weak++
      const child = start(number, worker.lives, worker.isWeak)
      worker.child = child
      worker.hasEnded = false
      child.stdout?.on('data', (bytes) => {
        worker.isReady ||= String(bytes).includes('ready')
        worker.hasEnded ||= String(bytes).includes('ended')
      })
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
      worker.lives++
      if (signal === 'SIGKILL' || code === CLOSED) continue
      isOver = true
      if (code === 0) continue // the others will see, too, that all orders have ended
      problems.push(`worker ${number} has ended with ${code ?? signal}: see worker-${number}.log`)
      for (const { child: other } of workers) other.kill('SIGKILL')
    }
  }

  /** From here on, no call may begin that has settled by now. */
  const mark = async (): Promise<void> => {
    const settled = await place.settledCalls()
    const line = lines('calls').length
    for (const call of settled) if (!settledBefore.has(call)) settledBefore.set(call, line)
  }

  const kill = async ({ child }: Worker): Promise<void> => {
    counts.kills++
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
    await mark()
  }
  /** As before a deploy. In half of the cases, the place is in trouble meanwhile, so that the last write can fail. */
  const close = async ({ child }: Worker): Promise<void> => {
    counts.closes++
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    await Promise.all([exit, random() < 0.5 ? trouble() : undefined])
    await mark()
  }
  /** For longer than its lease, so that others take its runs. */
  const stop = async (worker: Worker): Promise<void> => {
    counts.stops++
    worker.child.kill('SIGUSR2')
    await wait(plan.leaseMs * (1.2 + random()))
    await mark()
    worker.child.kill('SIGCONT')
  }
  const trouble = async (): Promise<void> => {
    const one = place.troubles[Math.floor(random() * place.troubles.length)]
    if (one === undefined) return
    troubles[one.name] = (troubles[one.name] ?? 0) + 1
    troubled = one.happen(random)
    await troubled
    await mark()
  }
  const strike = async (): Promise<void> => {
    await wait(50 + random() * 300)
    const worker = workers[Math.floor(random() * workers.length)] as Worker
    // A process that has not opened its runs has nothing to lose.
    while (!isOver && !workers.every(({ isReady }) => isReady)) await wait(20)
    if (isOver) return
    const blow = random()
    if (blow < 0.5 || worker.isWeak) await kill(worker)
    else if (blow < 0.65) await stop(worker)
    else if (blow < 0.85) await close(worker)
    else await trouble()
  }

  const ends = Promise.all(workers.map(keepAlive))
  const giveUp = async (): Promise<void> => {
    const hung = workers.flatMap(({ child, hasEnded }, number) => {
      if (child.exitCode !== null || child.signalCode !== null) return []
      return [`worker ${number} ${hasEnded ? 'has seen the end of all, and lives on' : 'still works'}`]
    })
    const left = (await place.openRuns?.().catch((error: unknown) => [String(error)])) ?? []
    problems.push(`not all was over after ${plan.minutes} minutes: ${[...hung, ...left].join('; ')}`)
    isOver = true
    for (const { child } of workers) child.kill('SIGKILL')
  }
  const timer = setTimeout(() => void giveUp(), plan.minutes * 60_000)
  for (let blow = 0; blow < plan.blows && !isOver; blow++) await strike()
  // A weak process can't end its runs.
  for (const worker of workers) if (worker.isWeak && !isOver) await kill(worker)
  await ends
  clearTimeout(timer)

  const { openRuns } = (await import(place.opener.href)) as { readonly openRuns: OpenRuns }
  const { runs } = openRuns(place.address, { clock: systemClock, leaseMs: plan.leaseMs, isWeak: false })
  if (place.needsWorker) await runs.recover(endedGraph)
  const ended = { completed: 0, cancelled: 0, byNewVersion: 0, legs: 0 }
  const mayCancel = new Set(lines('cancelled'))
  for (let seed = plan.seed; seed < plan.seed + plan.runs; seed++) {
    const details = await runs.get(orderPlan(seed).id)
    ended.legs += details?.leg ?? 0
    const problem = await problemOf(seed, details, mayCancel)
    if (problem !== undefined) problems.push(problem)
    if (details?.status === 'completed') ended.completed++
    if (details?.status === 'cancelled') ended.cancelled++
    if (details?.result !== undefined && 'risk' in (details.result.data as object)) ended.byNewVersion++
  }
  await runs.close()
  const untaken = await place.untakenRequests()
  if (untaken > 0) problems.push(`${untaken} requests were left in the inbox`)

  const calls = lines('calls')
  const times = new Map<string, number>()
  calls.forEach((call, line) => {
    times.set(call, (times.get(call) ?? 0) + 1)
    if (line >= (settledBefore.get(call) ?? Infinity))
      problems.push(`${call} had settled and began again (line ${line})`)
  })
  for (const line of lines('unexpected')) problems.push(`unexpected: ${line}`)
  for (const line of lines('stranger')) problems.push(`a stranger was let in: ${line}`)
  for (const line of new Set(lines('blocked'))) if (!/ \S+\/full /.test(line)) problems.push(`blocked: ${line}`)
  return {
    runs: plan.runs,
    ...counts,
    troubles,
    ...ended,
    calls: calls.length,
    callsAgain: [...times.values()].filter((count) => count > 1).length,
    refused: lines('refused').length,
    seconds: Math.round((systemClock.now() - startedAt) / 1_000),
    problems,
  }
}

/** The graph of orders that have ended, whose stages aren't called anymore. */
const endedGraph = orderGraph({
  version: 'old',
  effect: (runId, key) => {
    throw new Error(`${runId} had ended, and called ${key}`)
  },
  newCards: () => Infinity,
  clock: systemClock,
  slowMs: 0,
})

/** Legs of one run, above which it was carried again and again for nothing. */
const MOST_LEGS = 150

/** What is wrong with an order that has ended. */
async function problemOf(
  seed: number,
  details: RunDetails | undefined,
  mayCancel: ReadonlySet<string>,
): Promise<string | undefined> {
  const { id } = orderPlan(seed)
  if (details === undefined) return `${id} is lost`
  const { status, leg, result, userId, orgId, error } = details
  if (status !== 'completed' && status !== 'cancelled')
    return `${id} is ${status} (${error?.code}: ${error?.message}), and waits for ${JSON.stringify(details.requests)}`
  if (userId !== 'ada' || orgId !== 'acme') return `${id} is of ${userId} at ${orgId}`
  if (leg > MOST_LEGS) return `${id} took ${leg} legs`
  if (status === 'cancelled') {
    const reason = (result as { readonly reason?: unknown }).reason
    return mayCancel.has(id) && reason === 'withdrawn' ? undefined : `${id} was cancelled: ${String(reason)}`
  }
  const found = shown(result)
  const expected = await uninterrupted(seed, 'risk' in (result?.data as object) ? 'new' : 'old')
  return found === expected ? undefined : `${id} came to ${found} instead of ${expected}`
}
