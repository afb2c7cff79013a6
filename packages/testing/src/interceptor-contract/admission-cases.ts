import type { RunAction } from '@stageflow/core'
import { StageflowError } from '@stageflow/core'
import { textOf } from '@stageflow/core/kit'
import { broken, must } from '../contract-base/contract-case.ts'
import type { CaseGraph, InterceptorBench } from './interceptor-bench.ts'

type RunCase = (bench: InterceptorBench) => Promise<void>

/** Rules for interceptors that check callers (`admit`). An interceptor without it keeps them all. */
export const admissionCases: Readonly<Record<string, RunCase>> = {
  'admits a caller whom it lets through': admits,
  'keeps nothing of a token with a run': keepsNoToken,
  'runs every leg under what it kept, without a caller': runsWithoutCaller,
  'leaves nothing behind when a caller gives up': leavesNothing,
}

const LATER = ['attach', 'answer', 'cancel', 'interrupt', 'retry', 'read'] as const

async function admits(bench: InterceptorBench): Promise<void> {
  if (bench.subject.admit === undefined) return
  const graph = bench.alone({ run: async () => ({}) })
  for (let time = 1; time <= 2; time++) {
    const run = bench.nextRun()
    const kept = await admitted(bench, graph, run, 'start')
    for (const action of LATER) await admitted(bench, graph, run, action, kept)
  }
}

/** Has a request admitted. Returns what the interceptors keep with the run. */
async function admitted(
  bench: InterceptorBench,
  graph: CaseGraph,
  run: number,
  action: RunAction,
  kept?: Kept,
): Promise<Kept> {
  const request = graph.admit(run, action, kept)
  try {
    const { kept: keeps } = await bench.ends(request, `admit() did not answer "${action}"`, ` ${LIMITS}`)
    return keeps
  } catch (error) {
    if (!StageflowError.is(error) || error.code.startsWith('testing/')) throw error
    throw broken(`it did not let "${action}" through: ${textOf(error)} ${FIXES[error.code] ?? TO_ADMIT}`, error)
  }
}
type Kept = Readonly<Record<string, unknown>>

const LIMITS = 'Limit what it waits for, and end the wait when request.signal aborts.'
const FIXES: Readonly<Record<string, string>> = {
  'core/admission-timed-out': LIMITS,
  'core/interceptor-answer': 'Return undefined or { keep, who }, and throw to refuse.',
  'core/interceptor-threw': 'To refuse a caller, throw a StageflowError with a code of your own.',
  'core/not-json': 'Keep plain data.',
}
const TO_ADMIT =
  'Pass interceptorContract the input and the runOptions with which it lets a caller begin a run, and do everything with it later.'

async function keepsNoToken(bench: InterceptorBench): Promise<void> {
  if (bench.subject.admit === undefined) return
  const graph = bench.alone({ run: async () => ({}) })
  const kept = await admitted(bench, graph, bench.nextRun(), 'start')
  const text = JSON.stringify(kept[bench.subject.name] ?? null)
  for (const [option, value] of Object.entries(bench.callerOptions))
    for (const secret of textsIn(value))
      must(
        !text.includes(secret),
        `it keeps the run option "${option}" with a run: ${text}. What it keeps is stored. Keep who the caller is, and never how that was shown.`,
      )
}

/** Shorter texts may be in anything. */
const SHORTEST_SECRET = 8

const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return value.length < SHORTEST_SECRET ? [] : [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

async function runsWithoutCaller(bench: InterceptorBench): Promise<void> {
  if (bench.subject.admit === undefined) return
  let reached = 0
  const graph = bench.alone({ run: async () => ({ reached: ++reached }) })
  const run = bench.nextRun()
  const kept = await admitted(bench, graph, run, 'start')
  for (const crashed of [true, false]) {
    reached = 0
    const { status, errors = [] } = await bench.ends(
      graph.leg(run, kept, crashed),
      'a leg of a durable run did not end',
    )
    must(
      status === 'completed' && reached === 1,
      `it admitted the start of a durable run, and the run ended as ${status}${errors.length === 0 ? '' : ` (${errors[0]?.message})`}, and reached its stage ${reached} times. Legs have no caller: if run.kept isn't undefined, read what was kept there, instead of run.options.`,
    )
  }
}

async function leavesNothing(bench: InterceptorBench): Promise<void> {
  if (bench.subject.admit === undefined) return
  const graph = bench.alone({ run: async () => ({}) })
  const caller = new AbortController()
  const left = new Error('the caller has left')
  const request = graph.admit(bench.nextRun(), 'start', undefined, { signal: caller.signal }).then(
    () => undefined,
    (error: unknown) => error,
  )
  caller.abort(left)
  const error = await bench.ends(request, 'the caller of a request had left, but it did not end', ` ${LIMITS}`)
  await bench.comesToRest(Promise.resolve())
  must(
    bench.clock.timers.length === 0,
    `the caller of a request had left${error === left ? '' : ` (${textOf(error)})`}, and ${bench.timers} stayed on the clock. ${LIMITS}`,
  )
}
