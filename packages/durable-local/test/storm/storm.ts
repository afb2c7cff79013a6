import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { systemClock } from '@stageflow/core'
import type { StageGraph } from '@stageflow/core'
import type { RunDetails } from '@stageflow/durable-engine'

import { randomFrom } from '../random-graph.ts'
import { ALL_ENDED, MAY_END, orderGraph, orderPlan } from './orders.ts'
import type { Version } from './orders.ts'
import type { OpenRuns, StormPlace, Trouble } from './place.ts'
import { shown, uninterrupted } from './reference.ts'
import type { WorkerPlan } from './worker.ts'

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))

export interface StormPlan {
  readonly runs: number
  readonly workers: number
  /** How many blows there are at most. Fewer if all runs have ended before, but one of each kind. */
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
  /** How often a kind of blow came: one of `kindsOf` the place. */
  readonly blows: Readonly<Record<string, number>>
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

/** What happens to processes: they are killed, stopped for longer than their lease, or asked to end while calls are in progress. */
const TO_PROCESSES = ['kill', 'stop', 'close'] as const

/** All kinds of blows of a storm. Each comes at least once. */
export const kindsOf = ({ troubles }: Pick<StormPlace, 'troubles'>): readonly string[] => [
  ...TO_PROCESSES,
  ...troubles.map(({ name }) => name),
]

/** What a process exits with that was asked to end. */
const CLOSED = 75

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A process of the app, and those that take its place when it is killed. */
interface Worker {
  child: ChildProcess
  /** What it has printed: `ready`, `ended`, and, for each stop, `stops` and `goes on`. */
  said: string
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
  const blows: Record<string, number> = {}
  let weak = 0
  const count = (kind: string): void => void (blows[kind] = (blows[kind] ?? 0) + 1)
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
      version: number === 0 || lives === 0 ? 'old' : place.newVersion,
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
    said: '',
    isWeak: false,
    lives: 0,
  }))

  /** Once each process has seen the end of all orders, they may end themselves. */
  const endWithAll = (): void => {
    if (!workers.every(({ said }) => said.includes('ended'))) return
    isOver = true
    writeFileSync(join(folder, ALL_ENDED), '')
  }

  /** Starts a process, and another one whenever it was killed or closed. Resolves when one has ended by itself. */
  const keepAlive = async (worker: Worker, number: number): Promise<void> => {
    while (!isOver) {
      worker.said = ''
      // A new process would make a new place while the old one is away.
      await troubled
      worker.isWeak = place.hasWeak && worker.lives > 0 && random() < 0.15 && (blows['kill'] ?? 0) < plan.blows / 2
      if (worker.isWeak) weak++
      const child = start(number, worker.lives, worker.isWeak)
      worker.child = child
      child.stdout?.on('data', (bytes) => {
        worker.said += String(bytes)
        endWithAll()
      })
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
      worker.lives++
      if (signal === 'SIGKILL' || code === CLOSED) continue
      if (code === 0) continue // all others have seen, too, that all orders have ended
      isOver = true
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
    count('kill')
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
    await mark()
  }
  /** As before a deploy. In half of the cases, the place is in trouble meanwhile, so that the last write can fail. */
  const close = async ({ child }: Worker): Promise<void> => {
    count('close')
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    await Promise.all([exit, random() < 0.5 ? trouble(anyOf(place.troubles)) : undefined])
    await mark()
  }
  /** For longer than its lease, so that others take its runs. */
  const stop = async (worker: Worker): Promise<void> => {
    count('stop')
    const { child } = worker
    const before = worker.said.length
    const hasSaid = (text: string): boolean =>
      worker.said.includes(text, before) || child.exitCode !== null || child.signalCode !== null
    child.kill('SIGUSR2')
    // A busy process stops late.
    while (!hasSaid('stops')) await wait(10)
    await wait(plan.leaseMs * (1.2 + random()))
    await mark()
    for (; !hasSaid('goes on'); await wait(10)) child.kill('SIGCONT')
  }
  const trouble = async ({ name, happen }: Trouble): Promise<void> => {
    count(name)
    troubled = happen(random)
    await troubled
    await mark()
  }
  const anyOf = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T
  const anyKind = (): string => {
    const blow = random()
    return blow < 0.5 ? 'kill' : blow < 0.65 ? 'stop' : blow < 0.85 ? 'close' : anyOf(place.troubles).name
  }
  const strike = async (kind: string): Promise<void> => {
    await wait(50 + random() * 300)
    // The first kill brings the new version of the graph.
    const worker = blows['kill'] === undefined && kind === 'kill' ? (workers.at(-1) as Worker) : anyOf(workers)
    // A process that has not opened its runs has nothing to lose.
    while (!isOver && !workers.every(({ said }) => said.includes('ready'))) await wait(20)
    if (isOver) return
    // A weak process can't end its runs.
    if (kind === 'kill' || worker.isWeak) await kill(worker)
    else if (kind === 'stop') await stop(worker)
    else if (kind === 'close') await close(worker)
    else await trouble(place.troubles.find(({ name }) => name === kind) as Trouble)
  }

  const ends = Promise.all(workers.map(keepAlive))
  const giveUp = async (): Promise<void> => {
    const hung = workers.flatMap(({ child, said }, number) => {
      if (child.exitCode !== null || child.signalCode !== null) return []
      return [`worker ${number} ${said.includes('ended') ? 'has seen the end of all, and lives on' : 'still works'}`]
    })
    const left = (await place.openRuns?.().catch((error: unknown) => [String(error)])) ?? []
    problems.push(`not all was over after ${plan.minutes} minutes: ${[...hung, ...left].join('; ')}`)
    isOver = true
    for (const { child } of workers) child.kill('SIGKILL')
  }
  const timer = setTimeout(() => void giveUp(), plan.minutes * 60_000)
  // First one of each kind, in any order: then they come while the orders are in progress.
  const due = kindsOf(place).toSorted(() => random() - 0.5)
  while (due.length > 0 && !isOver) {
    await strike(due[0] as string)
    if (blows[due[0] as string] !== undefined) due.shift()
  }
  writeFileSync(join(folder, MAY_END), '')
  while (Object.values(blows).reduce((sum, n) => sum + n, 0) < plan.blows && !isOver) await strike(anyKind())
  for (const worker of workers) if (worker.isWeak && !isOver) await kill(worker)
  await ends
  clearTimeout(timer)

  const { openRuns } = (await import(place.opener.href)) as { readonly openRuns: OpenRuns }
  const { runs } = openRuns(place.address, {
    clock: systemClock,
    leaseMs: plan.leaseMs,
    isWeak: false,
    version: place.newVersion,
  })
  if (place.needsWorker) await runs.recover(endedGraph(place.newVersion))
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
    blows,
    weak,
    ...ended,
    calls: calls.length,
    callsAgain: [...times.values()].filter((count) => count > 1).length,
    refused: lines('refused').length,
    seconds: Math.round((systemClock.now() - startedAt) / 1_000),
    problems,
  }
}

/** The graph of orders that have ended, whose stages aren't called anymore. */
const endedGraph = (version: Version): StageGraph<any, {}> =>
  orderGraph({
    version,
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
