import { once } from 'node:events'
import { appendFileSync, existsSync } from 'node:fs'
import { argv, pid, stdin, stdout } from 'node:process'
import { systemClock } from '@stageflow/core'
import { runDurable } from '@stageflow/core/durable'
import type { DurableStart } from '@stageflow/core/durable'
import { seededRandom } from '../random/seeded-random.ts'
import type { ExecutorUnderTest } from './executor-under-test.ts'
import { chainPipeline, randomPipeline } from './random-pipeline.ts'
import type { Beside, RandomPipeline } from './random-pipeline.ts'

/** A module that opens the store that all processes share. */
export interface ExecutorModule {
  readonly openExecutor: () => ExecutorUnderTest | Promise<ExecutorUnderTest>
}

/** One run of a random pipeline, or of a chain. */
export interface ProcessRun {
  readonly seed: number
  readonly start: DurableStart
}

export interface ProcessTask {
  readonly module: string
  readonly runs: readonly ProcessRun[]
  /** The file that gets a line when a step begins and ends. */
  readonly lines: string
  /** The steps from this number to that, counted from 1, wait until the input ends. Default: none waits. */
  readonly held?: { readonly from: number; readonly to?: number } | undefined
  /** In its first step, the whole process sleeps until this file exists. Default: it never sleeps. */
  readonly sleepUntil?: string | undefined
}

/** A line of that file: the process, the run, the key of the call, and whether it begins. */
export interface StepLine {
  readonly pid: number
  readonly runId: string
  readonly key: string
  readonly is: 'begin' | 'end'
}

/** What a process says: a step waits, or all of it sleeps; a run has ended; all have. */
export type Word = 'waits' | 'ended' | 'done'

/** The address of this module, for the process that imports it. */
export const WORKER_URL: string = import.meta.url

/** How many runs one process carries at once. */
const AT_ONCE = 8
const RETRY_MS = 50
/** How often a sleeping process looks whether it may wake. */
const LOOK_MS = 10
/** How long a process tries to get a run, in ms. */
const PATIENCE_MS = 60_000
const LONGEST_STEP_MS = 4

/** The life of a process; its task is its last argument. */
export async function work(): Promise<void> {
  const task = JSON.parse(argv.at(-1) ?? '') as ProcessTask
  const { openExecutor } = (await import(task.module)) as ExecutorModule
  const executor = await openExecutor()
  const takeStep = stepsOf(task)
  const waiting = [...task.runs]
  const carryRuns = async (): Promise<void> => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      const { runId } = run.start
      await endRun(executor, run, pipelineOf(run, { step: (key) => takeStep(runId, key) }))
      say('ended')
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, carryRuns))
  await executor.close?.()
  say('done')
}

/** Makes what a step of any run does: it writes its lines, takes a little time, and waits if its number says so. */
function stepsOf({ lines, held, sleepUntil }: ProcessTask): (runId: string, key: string) => Promise<void> {
  const random = seededRandom({ seed: pid })
  const write = (line: StepLine): void => appendFileSync(lines, `${JSON.stringify(line)}\n`)
  let begun = 0
  return async (runId, key) => {
    const number = ++begun
    write({ pid, runId, key, is: 'begin' })
    if (number === 1 && sleepUntil !== undefined) sleep(sleepUntil)
    const isHeld = held !== undefined && number >= held.from && number <= (held.to ?? Infinity)
    if (isHeld) await hold()
    await systemClock.sleep(random() * LONGEST_STEP_MS)
    write({ pid, runId, key, is: 'end' })
  }
}

const say = (word: Word): void => void stdout.write(`${word}\n`)

/** Stops between two statements, unlike SIGSTOP: that could come while the process holds a lock of the store, which others then wait for. */
function sleep(until: string): void {
  say('waits')
  const never = new Int32Array(new SharedArrayBuffer(4))
  while (!existsSync(until)) Atomics.wait(never, 0, 0, LOOK_MS)
}

/** Waits while the rest of the process goes on. */
async function hold(): Promise<void> {
  say('waits')
  await once(stdin.resume(), 'end')
}

const CHAIN = 8

/** The pipeline of a run: one of three is a chain. */
export const pipelineOf = ({ seed }: ProcessRun, beside?: Beside): RandomPipeline =>
  seed % 3 === 0 ? chainPipeline(CHAIN, beside) : randomPipeline(seed, beside)

/** Carries a run to its end. Another process may have it: then it is tried again. */
export async function endRun(
  executor: ExecutorUnderTest,
  { start }: ProcessRun,
  { graph, options }: RandomPipeline,
): Promise<unknown> {
  const until = systemClock.now() + PATIENCE_MS
  for (;;) {
    try {
      const pinned = { ...start, options }
      return await executor.run(pinned, (leg) => runDurable(graph, leg, {}))
    } catch (error) {
      if (systemClock.now() > until) throw error
      await systemClock.sleep(RETRY_MS)
    }
  }
}
