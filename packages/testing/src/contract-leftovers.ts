import { StageOutput } from '@stageflow/core'
import type { Fork, Interceptor, InterceptorContext, RunContext } from '@stageflow/core'
import type { Bench } from './contract-bench.ts'
import { must } from './contract-case.ts'

type RunCase = (bench: Bench) => Promise<void>

/** What an interceptor may not leave behind, and where it may not break in. */
export const leftoverCases: Readonly<Record<string, RunCase>> = {
  'leaves no timer behind': noTimer,
  'leaves no listener on a signal behind': noListener,
  'hears of every ending without throwing': hearsEverything,
  'emits nothing after the run': silentAfterwards,
}

const ENDINGS: Readonly<Record<string, () => unknown>> = {
  ok: async () => ({}),
  skip: async () => StageOutput.skip('nothing to do'),
  fail: async () => StageOutput.fail('it is broken', { retryable: false }),
  throw: async () => {
    throw new TypeError('a bug of the stage')
  },
}

async function noTimer(bench: Bench): Promise<void> {
  for (const [ending, run] of Object.entries(ENDINGS)) {
    await bench.run(bench.alone({ run }), bench.nextRun())
    await bench.clock.settle()
    must(
      bench.clock.pending === 0,
      `${bench.called} left ${bench.timers} behind after a stage that ended with "${ending}". Take timers back in a finally.`,
    )
  }
}

async function noListener(bench: Bench): Promise<void> {
  const signals = bench.watchSignals()
  const caller = new AbortController()
  signals.watch(caller.signal)
  for (const [ending, run] of Object.entries(ENDINGS)) {
    await bench.run(bench.alone({ run }), bench.nextRun(), { signal: caller.signal })
    must(
      signals.left === 0,
      `${bench.called} left ${signals.left} listeners on the signal behind after a stage that ended with "${ending}". Remove them in a finally.`,
    )
  }
}

async function hearsEverything(bench: Bench): Promise<void> {
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
  const refusing: Interceptor = { name: 'refusing', wrapRun: () => (run) => run.fail(new Error('nobody may')) }
  const runs = [
    bench.build(bench.pipeline('tolerated', tolerated)).start(bench.nextRun()),
    bench.alone({ run: ENDINGS['fail'] as () => object }).start(bench.nextRun()),
    bench.alone({ run: () => StageOutput.cancel('enough') }).start(bench.nextRun()),
    bench.build(bench.pipeline('refused', [ok]), {}, [refusing]).start(bench.nextRun()),
    bench
      .build(bench.pipeline('abandoned', [deaf, last]))
      .start(bench.nextRun(), { signal: caller.signal, graceMs: 10 }),
  ]
  const all = Promise.all(runs.map(({ settled }) => settled))
  await bench.endsAtOnce(all)
  caller.abort(new Error('the caller has left'))
  for (const { report } of await bench.ends(all)) {
    const thrown = report.notes['core/problems']?.find(({ code }) => code === 'core/observer-threw')
    must(thrown === undefined, `${bench.called} threw in settled, runStarted or runSettled: ${thrown?.message}`)
  }
}

async function silentAfterwards(bench: Bench): Promise<void> {
  const late: string[] = []
  let over = false
  bench.watch.disguise = noticing((type) => {
    if (over) late.push(type)
  })
  const graph = bench.alone({ run: async () => ({}) })
  const { settled } = graph.start(bench.nextRun())
  void settled.then(() => (over = true))
  const { status } = await bench.ends(settled)
  await bench.endsAtOnce(new Promise(() => {}))
  await bench.clock.runAll()
  must(status === 'completed', bench.refused(`ended as ${status}`))
  must(
    late.length === 0,
    `${bench.called} emitted ${late.join(', ')} after the run, where nobody hears it. Emit before you answer, or in settled; await what you emit in wrapRun.`,
  )
}

/** Shows the interceptor contexts and runs that tell of each event that is emitted through them. */
function noticing(onEmit: (type: string) => void): NonNullable<Bench['watch']['disguise']> {
  const behind = new WeakMap<object, object>()
  /** One is always shown as the same: an interceptor may tell runs apart by it. */
  const before = new WeakMap<object, object>()

  function disguised<Real extends object>(real: Real): Real {
    const known = before.get(real) as Real | undefined
    if (known !== undefined) return known
    const shown = new Proxy(real, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target)
        if (key === 'run') return disguised(value as RunContext)
        if (key === 'tryEmitEvent' || key === 'emitEvent')
          return (type: string, data: object) => {
            onEmit(type)
            return (value as (type: string, data: object) => unknown)(type, data)
          }
        if (key === 'fork')
          return (changes: object) => {
            const fork = (value as InterceptorContext['fork']).call(target as InterceptorContext, changes)
            return {
              context: disguised(fork.context),
              abort: (reason) => fork.abort(reason),
              run: (next) => fork.run((inner) => next(disguised(inner))),
              end: (output) => fork.end(output),
            } satisfies Fork
          }
        if (key === 'observe') return (value as InterceptorContext['observe']).bind(target as InterceptorContext)
        if (key === 'with') return (changes: object) => disguised((value as RunContext['with'])(changes))
        return value
      },
    })
    behind.set(shown, real)
    before.set(real, shown)
    return shown
  }

  return {
    context: disguised,
    run: disguised,
    real: (shown) => (behind.get(shown) ?? shown) as typeof shown,
  }
}
