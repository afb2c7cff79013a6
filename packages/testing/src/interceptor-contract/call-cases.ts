import type { Interceptor } from '@stageflow/core'
import { isThenable } from '@stageflow/core/kit'
import { anyPipeline } from '../contract-base/any-pipeline.ts'
import { must } from '../contract-base/contract-case.ts'
import { hanging } from './abort-cases.ts'
import type { InterceptorBench } from './interceptor-bench.ts'
import type { Spy } from './membrane.ts'
import { sharedStorage, type AsyncStorage } from './runtime-module.ts'

type RunCase = (bench: InterceptorBench) => Promise<void>

/** Rules for parts in calls and runs, and for their limits. */
export const callCases: Readonly<Record<string, RunCase>> = {
  'enters calls and runs at once, within what is around them': entersAtOnce,
  'answers with an output when a limit passes': answersExpired,
  'does not end a stage that runs out of time as a success': outOfTime,
}

const callStorage = sharedStorage<string>()
const runStorage = sharedStorage<string>()

async function entersAtOnce(bench: InterceptorBench): Promise<void> {
  const [aroundCall, aroundRun] = [callStorage() ?? variable(), runStorage() ?? variable()]
  const setting: Interceptor = {
    name: 'contract/setting',
    onRun: () => ({ enter: (next) => aroundRun.run('run', next) }),
    onCall: () => () => ({ enter: (next) => aroundCall.run('call', next) }),
  }
  const seen: unknown[] = []
  const read = (): object => ({ seen: seen.push(aroundRun.getStore(), aroundCall.getStore()) })
  for (const run of [read, async () => read()]) {
    seen.length = 0
    const stage = bench.stage({ name: 'stage', run })
    const { status } = await bench.run(bench.build(anyPipeline('entered', [stage]), {}, [setting]), bench.nextRun())
    must(seen.length > 0, bench.refused(`ended as ${status}`))
    const lost = seen[0] === 'run' ? 'call' : 'run'
    must(
      seen[0] === 'run' && seen[1] === 'call',
      `it lost the async context of a ${lost}: the stage did not see what an interceptor outside had set. Call next in the context in which you were called, or within what you add to it, as storage.run(value, next) does.`,
    )
  }
}

/** The most timers that are fired around a stage that hangs: an interceptor may set the next one each time. */
const MOST_TIMERS = 1_000

async function answersExpired(bench: InterceptorBench): Promise<void> {
  let answered: string | undefined
  bench.watch.onExpired = (ended) => void (answered ??= wrongAnswer(ended))
  const { reached, graph } = hanging(bench, (context) => context.signal.reason)
  const run = graph.start(bench.nextRun(), bench.aborting())
  await bench.reaches(reached, [run])
  for (let fired = 0; fired < MOST_TIMERS && bench.nextDue < Infinity; fired++)
    await bench.clock.advanceTo(bench.nextDue)
  bench.abortAll()
  await bench.ends(run.settled)
  must(
    answered === undefined,
    `it has a part whose expired ${answered}, so the engine failed the call for it. Return a StageOutput from expired, at once: StageOutput.fail(error, { retryable: true }).`,
  )
}

/** How `expired` ended, unless it returned an output. */
function wrongAnswer(ended: Parameters<NonNullable<Spy['onExpired']>>[0]): string | undefined {
  if ('thrown' in ended) return `threw ${String(ended.thrown)}`
  const { returned } = ended
  if (typeof returned === 'object' && returned !== null && OUTPUT in returned) return undefined
  return `returned ${isThenable(returned) ? 'a promise' : String(returned)}`
}
/** What outputs are known by, of whichever copy of core. */
const OUTPUT = Symbol.for('@stageflow/output')

async function outOfTime(bench: InterceptorBench): Promise<void> {
  const { reached, graph } = hanging(bench, (context) => context.signal.reason)
  const run = graph.start(bench.nextRun(), bench.aborting())
  await bench.reaches(reached, [run])
  const { clock } = bench
  for (let fired = 0; fired < MOST_TIMERS; fired++) {
    // It may wait for something that is not on the clock before it sets the next one.
    if (bench.nextDue === Infinity && ((await bench.comesToRest(run.settled)) || bench.nextDue === Infinity)) break
    await clock.advanceTo(bench.nextDue)
  }
  const hasEnded = await bench.comesToRest(run.settled)
  bench.abortAll()
  const { report } = await bench.ends(run.settled)
  const { status } = report.stages['stage'] ?? {}
  must(
    !hasEnded || (status !== 'ok' && status !== 'skip'),
    `it ended a stage as "${status}" when its time was over. Answer for it with StageOutput.fail.`,
  )
}

/** Where there are no async contexts, an interceptor cannot lose one. */
const variable = (): AsyncStorage<string> => {
  let value: string | undefined
  return { run: (next, act) => ((value = next), act()), getStore: () => value }
}
