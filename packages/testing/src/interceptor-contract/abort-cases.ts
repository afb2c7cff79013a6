import { StageOutput } from '@stageflow/core'
import type { ErrorRecord, InterceptorContext, PipelineReport } from '@stageflow/core'
import { broken, must } from '../contract-base/contract-case.ts'
import type { InterceptorBench, CaseGraph, CaseRun } from './interceptor-bench.ts'

type RunCase = (bench: InterceptorBench) => Promise<void>

/** Rules for runs that are aborted. */
export const abortCases: Readonly<Record<string, RunCase>> = {
  'forwards the signal to the stage, with its reason': forwards,
  'never swallows an abort': neverSwallows,
  'stops waiting as soon as the run is aborted': stopsWaiting,
  'leaves nothing behind after an abort': leavesNothing,
  'lets other runs go on when one is aborted': othersGoOn,
  'does not count aborts, skips and suspends as failures': holdsNothing,
  'gives the turns of aborted calls to others': givesTurns,
}

const REASON = (): Error => new Error('the caller has left')

async function forwards(bench: InterceptorBench): Promise<void> {
  const { first, reached, graph } = hanging(bench, (context) => context.signal.reason)
  const caller = new AbortController()
  const run = graph.start(bench.nextRun(), { signal: caller.signal })
  await bench.reaches(reached, [run])
  const { signal } = first()
  const reason = REASON()
  caller.abort(reason)
  await bench.ends(run.settled)
  must(
    signal.aborted,
    `it kept the abort of the caller from the stage: its context.signal did not abort. Call next with context, or with context.fork().context.`,
  )
  must(
    signal.reason === reason,
    `it replaced the reason of the caller's abort, ${String(reason)}, with ${String(signal.reason)}. A fork aborts by itself with the call around it; abort it only for your own reasons.`,
  )
}

async function neverSwallows(bench: InterceptorBench): Promise<void> {
  const { reached, graph } = hanging(bench, () => new DOMException('aborted', 'AbortError'))
  const caller = new AbortController()
  const run = graph.start(bench.nextRun(), { signal: caller.signal })
  await bench.reaches(reached, [run])
  caller.abort(REASON())
  const { status, report } = await bench.ends(run.settled)
  const ended = report.stages['stage']?.status
  must(
    ended !== 'ok' && ended !== 'skip',
    `it made a stage "${ended}" that was aborted. Pass an abort on: return what next(context) returned, or let the error through.`,
  )
  must(status === 'cancelled', `it made a run end as ${status} that its caller had aborted.`)
}

/** An abort ends every wait at once: before a stage, between attempts, and for another run. */
async function stopsWaiting(bench: InterceptorBench): Promise<void> {
  const busy = bench.alone({ run: async () => StageOutput.fail('busy', { retryable: true }) })
  await abortIn(bench, [busy.start(bench.nextRun(), bench.aborting())], 'between the attempts of a stage that fails')
  const { graph } = hanging(bench, (context) => context.signal.reason)
  const runs = Array.from({ length: 20 }, () => graph.start(bench.nextRun(), bench.aborting()))
  await abortIn(bench, runs, 'around one of 20 runs whose stage waits')
  // Two runs with the same number: the second may wait for the first.
  const same = bench.nextRun()
  const caller = new AbortController()
  const leader = graph.start(same, { signal: caller.signal })
  await bench.comesToRest(leader.settled)
  await abortIn(bench, [graph.start(same, bench.aborting())], 'in a run that repeats another one, which still goes on')
  caller.abort(REASON())
  await bench.ends(leader.settled)
}

async function abortIn(bench: InterceptorBench, runs: readonly CaseRun[], where: string): Promise<void> {
  const all = Promise.all(runs.map(({ settled }) => settled))
  if (await bench.comesToRest(all)) return void bench.abortAll()
  bench.abortAll()
  if (await bench.settlesPatiently(all)) return
  const waits = `it goes on waiting ${where} after the run was aborted`
  const results = await bench.ends(all, waits, PASS_SIGNAL)
  const cleanup = results.map(({ report }) => cleanupProblem(report)).find((problem) => problem !== undefined)
  throw broken(
    cleanup === undefined ? `${waits}.${PASS_SIGNAL}` : `its callback of onCleanup went wrong: ${cleanup.message}`,
  )
}
const PASS_SIGNAL = ' Pass context.signal to everything that waits: clock.sleep(ms, context.signal).'

/** What went wrong in the cleanups of a run. */
export const cleanupProblem = ({ notes }: PipelineReport): ErrorRecord | undefined =>
  notes['core/problems']?.find(({ code }) => code === 'core/cleanup-threw' || code === 'core/cleanup-timed-out')

async function leavesNothing(bench: InterceptorBench): Promise<void> {
  const signals = bench.watchSignals()
  const { reached, graph } = hanging(bench, () => new DOMException('aborted', 'AbortError'))
  const caller = new AbortController()
  signals.watch(caller.signal)
  const run = graph.start(bench.nextRun(), { signal: caller.signal })
  await bench.reaches(reached, [run])
  caller.abort(REASON())
  await bench.ends(run.settled)
  await bench.clock.settle()
  must(
    bench.clock.pending === 0,
    `it left ${bench.timers} behind after an abort. Clear timers in a finally, or in the ended of a part.`,
  )
  must(
    signals.left === 0,
    `it left ${signals.left} listeners on the signal behind after an abort. Add them with { once: true }, and remove them in a finally, or in the ended of a part.`,
  )
}

async function othersGoOn(bench: InterceptorBench): Promise<void> {
  for (const aborted of [0, 1, 2]) {
    const gate = Promise.withResolvers<void>()
    let waiting = 0
    const all = Promise.withResolvers<void>()
    const graph = bench.alone({
      run: (context) => {
        if (++waiting === 3) all.resolve()
        return new Promise((resolve, reject) => {
          context.signal.addEventListener('abort', () => reject(context.signal.reason), { once: true })
          void gate.promise.then(() => resolve({}))
        })
      },
    })
    const callers = [new AbortController(), new AbortController(), new AbortController()]
    const runs = callers.map(({ signal }) => graph.start(bench.nextRun(), { signal }))
    await bench.reaches(all.promise, runs)
    callers[aborted]?.abort(REASON())
    await bench.comesToRest(Promise.all(runs.map(({ settled }) => settled)))
    gate.resolve()
    const results = await bench.ends(Promise.all(runs.map(({ settled }) => settled)))
    const others = results.filter(({ status }, place) => place !== aborted && status !== 'completed')
    must(
      others.length === 0,
      `it made ${others.length} runs end as ${others[0]?.status} when another run of the graph was aborted. Keep forks, timers and signals per call: a variable outside the function that wrap or onCall returns is shared by all runs.`,
    )
  }
}

/** Enough to open a circuit that counts them, and to use up slots that are never released. */
const REPEATED = 30

async function holdsNothing(bench: InterceptorBench): Promise<void> {
  let answer = (context: InterceptorContext): unknown => untilAborted(context)
  const graph = bench.alone({ run: async (context) => answer(context) })
  for (let time = 0; time < REPEATED; time++) {
    const run = graph.start(bench.nextRun(), bench.aborting())
    await bench.clock.settle()
    bench.abortAll()
    await bench.ends(run.settled)
  }
  for (const output of [StageOutput.skip('nothing to do'), StageOutput.suspend('May it?')]) {
    answer = () => output
    for (let time = 0; time < REPEATED; time++) await bench.run(graph, bench.nextRun())
  }
  answer = () => ({})
  const { status, report } = await bench.run(graph, bench.nextRun())
  must(
    status === 'completed',
    `it let a run end as ${status} after ${REPEATED} that were aborted, ${REPEATED} whose stage skipped and ${REPEATED} whose stage suspended. Release what a call takes in a finally, or in the ended of a part, and count no skip, suspend or abort as a failure.`,
    report,
  )
}

/** More than an interceptor may let through at once, so that some of them wait. */
const WAITING = 120
const ROUNDS = 3

async function givesTurns(bench: InterceptorBench): Promise<void> {
  let answer = (context: InterceptorContext): unknown => untilAborted(context)
  let reached = 0
  const graph = bench.alone({
    run: async (context) => {
      reached++
      return answer(context)
    },
  })
  for (let round = 1; round <= ROUNDS; round++) {
    const runs = Array.from({ length: WAITING }, () => graph.start(bench.nextRun(), bench.aborting()))
    const all = Promise.all(runs.map(({ settled }) => settled))
    await bench.comesToRest(all)
    bench.abortAll()
    await bench.ends(all)
    if (reached === round * WAITING) return // no call has to wait for a turn
  }
  answer = () => ({})
  const last = graph.start(bench.nextRun(), bench.aborting())
  // How it ends is the subject of other cases.
  await bench
    .ends(last.settled, `after ${ROUNDS} times ${WAITING} aborted runs at once, a run did not get its turn`, TURNS)
    .finally(() => bench.abortAll())
}
const TURNS =
  ' A call that is aborted while it waits must leave the queue, and a free turn must go to a call that still waits: release it in a finally.'

export const untilAborted = ({ signal }: InterceptorContext): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

interface Hanging {
  readonly graph: CaseGraph
  readonly reached: Promise<void>
  /** The context of the first call, once the stage was reached. */
  readonly first: () => InterceptorContext
}

/** A graph with a stage that waits for its abort, and then throws. */
export function hanging(bench: InterceptorBench, thrown: (context: InterceptorContext) => unknown): Hanging {
  let first: InterceptorContext | undefined
  const reached = Promise.withResolvers<void>()
  const graph = bench.alone({
    run: (context) => {
      first ??= context
      reached.resolve()
      return new Promise((_, reject) => {
        context.signal.addEventListener('abort', () => reject(thrown(context)), { once: true })
      })
    },
  })
  return { graph, reached: reached.promise, first: () => first as InterceptorContext }
}
