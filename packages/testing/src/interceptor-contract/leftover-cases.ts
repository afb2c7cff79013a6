import { StageOutput } from '@stageflow/core'
import type { Interceptor, InterceptorContext, RunContext } from '@stageflow/core'
import { anyPipeline } from '../contract-base/any-pipeline.ts'
import { must } from '../contract-base/contract-case.ts'
import { cleanupProblem } from './abort-cases.ts'
import type { InterceptorBench } from './interceptor-bench.ts'
import { isEmit } from './membrane.ts'

type RunCase = (bench: InterceptorBench) => Promise<void>

/** Rules for what must not stay behind or come too late. */
export const leftoverCases: Readonly<Record<string, RunCase>> = {
  'leaves no timer behind': noTimer,
  'leaves no listener on a signal behind': noListener,
  'leaves nothing behind after a run that was refused': nothingOfRefused,
  'does not throw for any ending': survivesEverything,
  'emits and notes nothing too late': silentAfterwards,
}

const ENDINGS: Readonly<Record<string, () => unknown>> = {
  ok: async () => ({}),
  skip: async () => StageOutput.skip('nothing to do'),
  suspend: async () => StageOutput.suspend({ question: 'May it?' }, { state: { step: 1 } }),
  fail: async () => StageOutput.fail('it is broken', { retryable: false }),
  throw: async () => {
    throw new TypeError('a bug of the stage')
  },
}

async function noTimer(bench: InterceptorBench): Promise<void> {
  for (const [ending, run] of Object.entries(ENDINGS)) {
    await bench.run(bench.alone({ run }), bench.nextRun())
    await bench.clock.settle()
    must(
      bench.clock.pending === 0,
      `it left ${bench.timers} behind after a stage that ended with "${ending}". Clear timers in a finally, or in the ended of a part.`,
    )
  }
  must(
    !(await childLeaves(bench, () => bench.clock.pending)),
    `it left ${bench.timers} behind after a child run, and nothing after others. A child run has its own parts: clear timers in their ended.`,
  )
}

async function noListener(bench: InterceptorBench): Promise<void> {
  const signals = bench.watchSignals()
  const caller = new AbortController()
  signals.watch(caller.signal)
  for (const [ending, run] of Object.entries(ENDINGS)) {
    await bench.run(bench.alone({ run }), bench.nextRun(), { signal: caller.signal })
    must(
      signals.left === 0,
      `it left ${signals.left} listeners on the signal behind after a stage that ended with "${ending}". Remove them in a finally, or in the ended of a part.`,
    )
  }
  must(
    !(await childLeaves(bench, () => signals.left)),
    `it left ${signals.left} listeners on the signal behind after a child run, and nothing after others. A child run has its own parts: remove listeners in their ended.`,
  )
}

/** Whether a child run leaves something behind. Its parent runs at the same time: what any two runs do then is the fault of another case. */
async function childLeaves(bench: InterceptorBench, left: () => number): Promise<boolean> {
  const stage = bench.stage({ name: 'stage', run: async () => (await Promise.resolve(), {}) })
  const child = anyPipeline('child', [stage])
  const alone = bench.build(child)
  await bench.ends(Promise.all([1, 2].map(() => alone.start(bench.nextRun()).settled)))
  await bench.clock.settle()
  if (left() > 0) return false
  const graph = bench.build(anyPipeline('parent').withPipeline('child', child))
  await bench.run(graph, bench.nextRun())
  await bench.clock.settle()
  return left() > 0
}

const REFUSALS: Readonly<Record<string, Interceptor>> = {
  'at once': { name: 'refusing', wrapRun: () => (run) => run.fail(new Error('refused')) },
  later: {
    name: 'refusing',
    wrapRun: () => async (run) => {
      await Promise.resolve()
      return run.cancel('refused')
    },
  },
}

async function nothingOfRefused(bench: InterceptorBench): Promise<void> {
  const signals = bench.watchSignals()
  const caller = new AbortController()
  signals.watch(caller.signal)
  for (const [when, refusing] of Object.entries(REFUSALS)) {
    const stage = bench.stage({ name: 'stage', run: async () => ({}) })
    const graph = bench.build(anyPipeline('refused', [stage]), {}, [refusing])
    await bench.run(graph, bench.nextRun(), { signal: caller.signal })
    await bench.clock.settle()
    const left = bench.clock.pending > 0 ? bench.timers : `${signals.left} listeners on the signal`
    must(
      bench.clock.pending === 0 && signals.left === 0,
      `it left ${left} behind after a run that an interceptor outside it refused ${when}: none of its stages starts, and its wrapRun is not called. Release what onRun takes in the ended of its part, which runs for every run.`,
    )
  }
}

async function survivesEverything(bench: InterceptorBench): Promise<void> {
  const ok = bench.stage({ name: 'ok', run: () => ({}) })
  const skipped = bench.stage({ name: 'skipped', run: () => StageOutput.skip('nothing to do') })
  const failed = bench.stage({ name: 'failed', onFailure: 'skip', run: ENDINGS['throw'] as () => object })
  const tolerated = [
    ok,
    skipped,
    failed,
    bench.stage({ name: 'after-skipped', after: [skipped], run: () => ({}) }),
    bench.stage({ name: 'unwanted', when: () => false, run: () => ({}) }),
    bench.stage({ name: 'replaced', onFailure: { fallback: { spare: true } }, run: () => StageOutput.retry('busy') }),
  ]
  const deaf = bench.stage({ name: 'deaf', run: () => new Promise(() => {}) })
  const last = bench.stage({ name: 'last', after: [deaf], run: () => ({}) })
  const caller = new AbortController()
  const runs = [
    bench.build(anyPipeline('tolerated', tolerated)).start(bench.nextRun()),
    bench.alone({ run: ENDINGS['fail'] as () => object }).start(bench.nextRun()),
    bench.alone({ run: ENDINGS['suspend'] as () => object }).start(bench.nextRun()),
    bench.alone({ run: () => StageOutput.suspend('May it?') }).start(bench.nextRun()),
    bench.alone({ run: () => StageOutput.cancel('enough') }).start(bench.nextRun()),
    ...Object.values(REFUSALS).map((refusing) =>
      bench.build(anyPipeline('refused', [ok]), {}, [refusing]).start(bench.nextRun()),
    ),
    bench.build(anyPipeline('abandoned', [deaf, last])).start(bench.nextRun(), { signal: caller.signal, graceMs: 10 }),
  ]
  const all = Promise.all(runs.map(({ settled }) => settled))
  await bench.comesToRest(all)
  caller.abort(new Error('the caller has left'))
  for (const { report } of await bench.ends(all)) {
    const thrown = report.notes['core/problems']?.find(({ code }) => code === 'core/observer-threw')
    must(thrown === undefined, `it threw in settled, in onRun, or in a function of a part: ${thrown?.message}`)
    const cleanup = cleanupProblem(report)
    must(cleanup === undefined, `its callback of onCleanup went wrong: ${cleanup?.message}`)
  }
}

async function silentAfterwards(bench: InterceptorBench): Promise<void> {
  const late: string[] = []
  const lost: string[] = []
  let over = false
  bench.watch.onCalled = (method, [name, value], real) => {
    if (isEmit(method) && over) late.push(String(name))
    if (method === 'note' && (over || !hasNote(real, String(name), value))) lost.push(String(name))
  }
  const graph = bench.alone({ run: async () => ({}) })
  const { settled } = graph.start(bench.nextRun())
  void settled.then(() => (over = true))
  const { status } = await bench.ends(settled)
  await bench.passRealTime()
  await bench.clock.runAll()
  must(status === 'completed', bench.refused(`ended as ${status}`))
  must(
    late.length === 0,
    `it emitted ${late.join(', ')} after the run, when no sink gets it. Emit before you answer, in settled, or at once in the ended of a part; await what you emit in wrapRun.`,
  )
  must(
    lost.length === 0,
    `it left the note "${lost[0]}" too late: it is in no report. Note before you answer, or at once in the ended of a part.`,
  )
}

/** Whether the record of the stage has accepted a note. Of a run this is known only at its end. */
const hasNote = (shown: InterceptorContext | RunContext, key: string, value: unknown): boolean =>
  !('record' in shown) || Object.is((shown.record.notes as Readonly<Record<string, unknown>>)[key], value)
