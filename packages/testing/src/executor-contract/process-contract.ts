import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StageflowError, systemClock } from '@stageflow/core'
import { checkOptions, show, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { breach, must, mustEqual } from '../contract-base/contract-case.ts'
import type { ContractCase } from '../contract-base/contract-case.ts'
import { seededRandom } from '../random/seeded-random.ts'
import { settledIn, shownRun } from './executor-bench.ts'
import type { AnyResult } from './executor-bench.ts'
import { startWorker } from './process.ts'
import type { Worker } from './process.ts'
import { endRun, pipelineOf } from './process-worker.ts'
import type { ExecutorModule, ProcessRun, ProcessTask, StepLine } from './process-worker.ts'
import type { ExecutorUnderTest } from './executor-under-test.ts'

export interface ExecutorProcessOptions {
  /** How many runs the killed processes carry. Default: 24. */
  readonly runs?: number
  /** How many processes are killed. Default: 8. */
  readonly kills?: number
  /** Decides when processes are killed, and which pipelines they run. Default: 1. */
  readonly seed?: number
  /** Called with the counts of the case that kills processes. */
  readonly counted?: (counts: KillCounts) => void
}

/** What happened while processes were killed. */
export interface KillCounts {
  readonly runs: number
  readonly kills: number
  readonly steps: number
  /** Steps that began more than once, because they were in progress at a kill. */
  readonly repeated: number
}

const RULES: OptionRules<ExecutorProcessOptions> = {
  runs: whole(1),
  kills: whole(0),
  seed: whole(0),
  counted: [(value) => typeof value === 'function', 'a function'],
}

/**
 * The contract of executors whose store outlives a process, as cases for any test runner. Each takes seconds. `module`: the address of a
 * module that exports `openExecutor()`, which opens the store that all processes share. The processes import it too, and inherit this
 * one's environment variables. A case rejects with `testing/contract` if the executor breaks its rule.
 */
export function executorProcessContract(module: URL, options: ExecutorProcessOptions = {}): readonly ContractCase[] {
  if (!(module instanceof URL))
    throw new StageflowError(
      'testing/illegal-contract',
      `executorProcessContract() needs the address of a module, not ${show(module)}: executorProcessContract(new URL('./store.ts', import.meta.url)).`,
    )
  checkOptions('executorProcessContract()', 'testing/illegal-option', options, RULES)
  return Object.entries(CASES).map(([name, check]) => ({ name, run: () => runCase(name, check, module, options) }))
}

interface Tools extends Required<Pick<ExecutorProcessOptions, 'runs' | 'kills' | 'seed'>> {
  readonly counted: ExecutorProcessOptions['counted']
  readonly executor: ExecutorUnderTest
  /** The path of a file that doesn't exist yet. */
  readonly alarm: string
  /** What the processes wrote, so far. */
  readonly lines: () => readonly StepLine[]
  /** Starts a process that carries the runs. */
  readonly start: (runs: readonly ProcessRun[], stop?: Pick<ProcessTask, 'held' | 'sleepUntil'>) => Worker
}

type Check = (tools: Tools) => Promise<void>

const CASES: Readonly<Record<string, Check>> = {
  'processes that are killed at random lose nothing and repeat nothing that has settled': killsAtRandom,
  'two processes on the same runs carry out each step once': sharesRuns,
  'a process that slept while another took its run over records nothing': sleeps,
}

/** How long a case may take, and how much longer for each kill, in ms. */
const LONGEST_MS = 120_000
const LONGEST_KILL_MS = 15_000

/** Runs a case in a temporary folder, with a limit for the whole, and ends its processes. */
async function runCase(
  name: string,
  check: Check,
  module: URL,
  { runs = 24, kills = 8, seed = 1, counted }: ExecutorProcessOptions,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-executor-'))
  const file = join(folder, 'lines')
  writeFileSync(file, '')
  const workers: Worker[] = []
  const over = new AbortController()
  let executor: ExecutorUnderTest | undefined
  try {
    executor = await ((await import(module.href)) as ExecutorModule).openExecutor()
    const checked = check({
      runs,
      kills,
      seed,
      counted,
      executor,
      alarm: join(folder, 'alarm'),
      lines: () =>
        readFileSync(file, 'utf8')
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line) as StepLine),
      start: (given, stop) => {
        const worker = startWorker({ module: module.href, runs: given, lines: file, ...stop })
        workers.push(worker)
        return worker
      },
    })
    const longestMs = LONGEST_MS + kills * LONGEST_KILL_MS
    const isInTime = await Promise.race([checked.then(() => true), systemClock.sleep(longestMs, over.signal)])
    must(isInTime === true, `it did not end within ${longestMs} ms: a leg hangs, or a dead process keeps its run.`)
  } catch (error) {
    throw breach('The executor', name, error)
  } finally {
    over.abort()
    for (const worker of workers) worker.kill()
    await Promise.all(workers.map(({ ended }) => ended))
    await executor?.close?.()
    rmSync(folder, { recursive: true })
  }
}

const newRuns = (count: number, seed: number): readonly ProcessRun[] =>
  Array.from({ length: count }, (_, place) => ({
    seed: seed * 10_000 + place,
    start: { runId: crypto.randomUUID(), startedAt: systemClock.now(), input: {} },
  }))

/** What is known when a process has been killed. */
interface Kill {
  /** The lines that the processes had written. */
  readonly lines: readonly StepLine[]
  /** The keys of the calls that had settled, by run. */
  readonly settled: ReadonlyMap<string, ReadonlySet<string>>
}

/** Kills one process after another until there were enough kills; the last process carries the runs to their end. */
async function killsAtRandom(tools: Tools): Promise<void> {
  const { runs: count, kills, seed, counted, executor, lines } = tools
  const runs = newRuns(count, seed)
  const seen: Kill[] = []
  const random = seededRandom({ seed })
  const nextKill = (): number => (seen.length < kills ? 1 + Math.floor((random() * count * 8) / kills) : 0)
  while (!(await carriesAll(tools, runs, nextKill()))) {
    const kill = { lines: lines(), settled: await settledOf(executor, runs) }
    mustFollowFacts(runs, kill)
    seen.push(kill)
  }
  const begun = lines().filter(({ is }) => is === 'begin')
  for (const kill of seen) mustRepeatNothing(kill, lines())
  for (const run of runs) await mustHaveEnded(executor, run)
  const steps = new Set(begun.map(({ runId, key }) => `${runId} ${key}`)).size
  counted?.({ runs: count, kills: seen.length, steps, repeated: begun.length - steps })
}

/**
 * Whether a new process carries all runs to their end. `killFrom`: the number of the step from which on all steps wait; then it is
 * killed. So it cannot carry out the rest before, however late the kill comes. 0: it is not killed.
 */
async function carriesAll({ start }: Tools, runs: readonly ProcessRun[], killFrom: number): Promise<boolean> {
  const worker = start(runs, killFrom === 0 ? {} : { held: { from: killFrom } })
  if (killFrom > 0) {
    await worker.said('waits')
    worker.kill()
  }
  await worker.ended
  if (!worker.isDone()) worker.mustLive()
  return worker.isDone()
}

async function settledOf(executor: ExecutorUnderTest, runs: readonly ProcessRun[]): Promise<Kill['settled']> {
  const settled = new Map<string, ReadonlySet<string>>()
  for (const { start } of runs) settled.set(start.runId, settledIn(await executor.facts(start.runId)))
  return settled
}

/** Fails the case if a step had begun before each stage that it depends on had a recorded fact. */
function mustFollowFacts(runs: readonly ProcessRun[], { lines, settled }: Kill): void {
  const begun = new Set(lines.map(({ runId, key }) => `${runId} ${key}`))
  const early = lines.find(({ runId, key }) =>
    dependenciesOf(runs, runId, key).some(
      (stage) => begun.has(`${runId} ${stage}`) && settled.get(runId)?.has(stage) !== true,
    ),
  )
  must(
    early === undefined,
    `when a process was killed, "${early?.key}" had begun, and a stage that it depends on had no recorded fact. Record a fact, and only then give it.`,
  )
}

/** The stages that must have settled before a step begins. None for steps of maps and child runs, because it isn't known of them. */
function dependenciesOf(runs: readonly ProcessRun[], runId: string, key: string): readonly string[] {
  const run = runs.find(({ start }) => start.runId === runId) as ProcessRun
  const stage = pipelineOf(run).graph.info.stages.find(({ name }) => name === key)
  if (stage === undefined || !['all', 'every', 'settled'].includes(stage.join as string)) return []
  return stage.dependencies.map((dependency) => dependency.stage)
}

/** Fails the case if a step that had settled at a kill began again later. `all`: the lines at the end of the case. */
function mustRepeatNothing({ lines, settled }: Kill, all: readonly StepLine[]): void {
  const later = all.slice(lines.length)
  const again = later.find(({ runId, key, is }) => is === 'begin' && settled.get(runId)?.has(key) === true)
  must(
    again === undefined,
    `"${again?.key}" had settled when a process was killed, and began again in the next one. Give the recorded facts before you begin a call.`,
  )
}

/** The run is replayed here without a step, and ended like the same run in process if order can't matter. */
async function mustHaveEnded(executor: ExecutorUnderTest, run: ProcessRun): Promise<void> {
  const steps: string[] = []
  const pipeline = pipelineOf(run, { step: (key) => void steps.push(key) })
  const result = (await endRun(executor, run, pipeline)) as AnyResult
  must(steps.length === 0, `a run had ended, but "${steps[0]}" began again.`)
  if (!pipeline.isOrderFree) return
  const { graph, options } = pipelineOf(run)
  const inProcess = (await graph.runSettled({}, options)) as AnyResult
  mustEqual(shownRun(result), shownRun(inProcess), `the result of a run of "${graph.name}"`)
}

async function sharesRuns({ runs: count, seed, executor, lines, start }: Tools): Promise<void> {
  const runs = newRuns(count, seed + 1)
  // One holds a step until the other has tried every run, however long a process takes to start.
  const holder = start(runs, { held: { from: 1, to: 1 } })
  await holder.said('waits')
  const other = start(runs)
  await other.said('ended', count - 1)
  holder.releaseSteps()
  const workers = [holder, other]
  await Promise.all(workers.map(({ ended }) => ended))
  for (const worker of workers) worker.mustLive()
  const begun = new Map<string, number>()
  for (const { pid, runId, key, is } of lines()) {
    if (is === 'end') continue
    const other = begun.get(`${runId} ${key}`)
    must(
      other === undefined,
      `"${key}" began in ${other === pid ? 'one process twice' : 'two processes'}. Let one process own a run, until it has ended or its process has died.`,
    )
    begun.set(`${runId} ${key}`, pid)
  }
  for (const run of runs) await mustHaveEnded(executor, run)
}

async function sleeps({ seed, executor, alarm, start }: Tools): Promise<void> {
  const runs = newRuns(1, seed + 2)
  const [run] = runs as [ProcessRun]
  const sleeper = start(runs, { sleepUntil: alarm })
  await sleeper.said('waits')
  const heir = start(runs)
  await heir.ended
  heir.mustLive()
  const facts = JSON.stringify(await executor.facts(run.start.runId))
  writeFileSync(alarm, '')
  await sleeper.ended
  sleeper.mustLive()
  const after = JSON.stringify(await executor.facts(run.start.runId))
  must(
    after === facts,
    `a process slept, another took its run over and ended it, and then the first one went on. The facts are ${after}; they were ${facts}. Check with each record that the run still belongs to the process.`,
  )
}
