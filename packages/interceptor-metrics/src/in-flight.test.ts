import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { Pipeline, StageOutput, after } from '@stageflow/core'
import type { Interceptor, RunStage } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'

import { parseExposition, sumOf } from '../test/exposition.ts'
import { metrics } from './metrics.ts'
import type { MetricsInterceptor } from './metrics.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

/** How many stages and runs are in flight. */
async function inFlight({ registry }: MetricsInterceptor, labels: Readonly<Record<string, string>> = {}) {
  const families = parseExposition(await registry.metrics())
  return [sumOf(families, 'stageflow_stages_in_flight', labels), sumOf(families, 'stageflow_runs_in_flight')]
}

/** An interceptor around every stage. */
const around = (name: string, wrap: (next: RunStage) => RunStage): Interceptor => ({ name, wrap })

const sleeps = (ms: number) => async (context: { readonly clock: { sleep(ms: number): Promise<void> } }) =>
  void (await context.clock.sleep(ms))
const oneStage = new Pipeline('chat').withStage('a', sleeps(100))

test('a stage is in flight from its start until it settles, and a run from its start to its end', async () => {
  const observer = metrics()
  const graph = new Pipeline('chat')
    .withStage('a', sleeps(100))
    .withStage('b', sleeps(100), { dependencies: ['a'] })
    .build({ interceptors: [observer], clock })
  const run = graph.run({})
  await clock.advance(50)
  expect(await inFlight(observer)).toEqual([1, 1])
  expect(await inFlight(observer, { stage: 'a' })).toEqual([1, 1])
  await clock.advance(100)
  expect(await inFlight(observer, { stage: 'b' })).toEqual([1, 1])
  await clock.advance(50)
  await run
  expect(await inFlight(observer)).toEqual([0, 0])
})

test('a stage that timed out is not in flight any more, even if its code still runs', async () => {
  const observer = metrics()
  const timeout = around('limit', (next) => (context) => {
    const { context: inner, abort } = context.fork()
    const expired = context.clock.sleep(30).then(() => {
      abort(new Error('too slow'))
      return StageOutput.fail('too slow')
    })
    return Promise.race([Promise.resolve(next(inner)), expired])
  })
  const graph = oneStage.build({ interceptors: [timeout, observer], clock })
  const run = graph.runSettled({}, { graceMs: 500 })
  await clock.advance(20)
  expect(await inFlight(observer)).toEqual([1, 1])
  await clock.advance(20)
  expect(await inFlight(observer)).toEqual([0, 1])
  await clock.advance(60)
  await run
  expect(await inFlight(observer)).toEqual([0, 0])
})

test('a retried stage is in flight once, also during the backoff', async () => {
  const observer = metrics()
  const retry = around('again', (next) => async (context) => {
    await next(context.fork().context)
    await context.clock.sleep(50)
    return next(context.fork().context)
  })
  const graph = oneStage.build({ interceptors: [retry, observer], clock })
  const run = graph.run({})
  for (const ms of [50, 75, 75]) {
    await clock.advance(ms)
    expect(await inFlight(observer)).toEqual([1, 1])
  }
  await clock.advance(50)
  expect((await run).report.stages['a']?.attempts).toHaveLength(2)
  expect(await inFlight(observer)).toEqual([0, 0])
})

test('a synchronous stage that fails stays in flight while a retry outside waits', async () => {
  const observer = metrics()
  let calls = 0
  const retry = around('again', (next) => async (context) => {
    await next(context)
    await context.clock.sleep(50)
    return next(context)
  })
  const graph = new Pipeline('chat')
    .withStage('a', () => (++calls === 1 ? StageOutput.fail('once') : {}))
    .build({ interceptors: [retry, observer], clock })
  const run = graph.run({})
  await clock.advance(25)
  expect(await inFlight(observer)).toEqual([1, 1])
  await clock.advance(25)
  await run
  expect(await inFlight(observer)).toEqual([0, 0])
})

test('a stage that an interceptor answered is not in flight', async () => {
  const observer = metrics()
  const cache = around('cache', () => () => StageOutput.ok({}))
  await oneStage.build({ interceptors: [cache, observer], clock }).run({})
  expect(await inFlight(observer)).toEqual([0, 0])
})

test('a call that comes after its stage has settled, or its run has ended, is not in flight', async () => {
  const observer = metrics()
  const late = around('late', (next) => (context) => {
    for (const ms of [10, 500]) void context.clock.sleep(ms).then(() => next(context))
    return StageOutput.ok({})
  })
  const inner = around('inner', (next) => async (context) => {
    await context.clock.sleep(60)
    return next(context)
  })
  const graph = new Pipeline('chat')
    .withStage('a', () => ({}))
    .withStage('b', sleeps(100))
    .build({
      interceptors: [
        { ...late, wrap: (next, stage) => (stage.name === 'a' ? late.wrap!(next, stage) : next) },
        observer,
        inner,
      ],
      clock,
    })
  const run = graph.run({})
  await clock.advance(30)
  expect(await inFlight(observer, { stage: 'a' })).toEqual([0, 1])
  await clock.advance(130)
  await run
  await clock.advance(350)
  expect(await inFlight(observer)).toEqual([0, 0])
  await clock.runAll()
})

test('a stage that ignores its abort is in flight until it is abandoned', async () => {
  const observer = metrics()
  const graph = new Pipeline('chat')
    .withStage('deaf', () => new Promise<void>(() => {}))
    .build({ interceptors: [observer], clock })
  const run = graph.runSettled({}, { timeoutMs: 100, graceMs: 50 })
  await clock.advance(120)
  expect(await inFlight(observer)).toEqual([1, 1])
  await clock.advance(30)
  expect((await run).report.stages['deaf']?.abandoned).toBe(true)
  expect(await inFlight(observer)).toEqual([0, 0])
})

test('a run is in flight while an interceptor around it hangs, until the run is abandoned', async () => {
  const observer = metrics()
  const stuck: Interceptor = { name: 'stuck', wrapRun: () => () => new Promise(() => {}) }
  const graph = oneStage.build({ interceptors: [observer, stuck], clock })
  const run = graph.runSettled({}, { timeoutMs: 100, graceMs: 50 })
  await clock.advance(120)
  expect(await inFlight(observer)).toEqual([0, 1])
  await clock.runAll()
  expect((await run).status).toBe('failed')
  expect(await inFlight(observer)).toEqual([0, 0])
})

test('the parent of a refused child run stays in flight', async () => {
  const observer = metrics()
  const noChildren: Interceptor = {
    name: 'no-children',
    wrapRun: (next) => (run) => (run.parent === undefined ? next(run) : run.fail(new Error('no children'))),
  }
  const child = new Pipeline('child').withStage('inner', () => ({}))
  const graph = new Pipeline('parent')
    .withStage('outer', async (context) => {
      await context.runChild(child)
      await context.clock.sleep(100)
    })
    .build({ interceptors: [noChildren, observer], clock })
  const run = graph.run({})
  await clock.advance(50)
  expect(await inFlight(observer)).toEqual([1, 1])
  await clock.advance(50)
  await run
  expect(await inFlight(observer)).toEqual([0, 0])
})

test('an interceptor outside that narrows the run changes nothing', async () => {
  const observer = metrics()
  const narrows: Interceptor = {
    name: 'narrows',
    wrapRun: (next) => (run) => after(next(run.with({ deadline: run.clock.now() + 1_000 })), (outcome) => outcome),
  }
  const graph = oneStage.build({ interceptors: [narrows, observer], clock })
  const run = graph.run({})
  await clock.advance(50)
  expect(await inFlight(observer)).toEqual([1, 1])
  await clock.advance(50)
  await run
  expect(await inFlight(observer)).toEqual([0, 0])
})

test('a stage that waits in an interceptor outside is in flight', async () => {
  const observer = metrics()
  const queue = around('queue', (next) => async (context) => {
    await context.clock.sleep(50)
    return next(context)
  })
  const run = oneStage.build({ interceptors: [queue, observer], clock }).run({})
  await clock.advance(25)
  expect(await inFlight(observer)).toEqual([1, 1])
  await clock.advance(125)
  await run
  expect(await inFlight(observer)).toEqual([0, 0])
})

test('a stage that waits for a slot of maxConcurrency is not in flight', async () => {
  const observer = metrics()
  const graph = new Pipeline('chat').withStage('a', sleeps(100)).withStage('b', sleeps(100))
  const run = graph.build({ interceptors: [observer], clock }).run({}, { maxConcurrency: 1 })
  await clock.advance(50)
  expect(await inFlight(observer)).toEqual([1, 1])
  await clock.advance(150)
  await run
})

test('without its wrapRun it still counts what settles', async () => {
  const { wrapRun: _, ...observer } = metrics()
  const run = oneStage.build({ interceptors: [observer], clock }).run({})
  await clock.runAll()
  await run
  const families = parseExposition(await observer.registry.metrics())
  expect(sumOf(families, 'stageflow_stages_total', { status: 'ok' })).toBe(1)
  expect(sumOf(families, 'stageflow_runs_total', { status: 'completed' })).toBe(1)
})

test('a result that is kept does not keep other runs in memory', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const runs: WeakRef<object>[] = []
  const watch: Interceptor = { name: 'watch', onRun: (run) => void runs.push(new WeakRef(run)) }
  const graph = oneStage.build({ interceptors: [metrics(), watch], clock })
  const inFlightAtOnce = []
  for (let count = 0; count < 20; count++) {
    inFlightAtOnce.push(graph.run({}))
    await clock.advance(50) // the one before is still in flight
  }
  await clock.runAll()
  const [kept] = await Promise.all(inFlightAtOnce.splice(0))
  // References on a stack are gone a turn later. References that are kept stay.
  const alive = () => runs.slice(1).filter((run) => run.deref() !== undefined)
  for (let turn = 0; turn < 20 && alive().length > 0; turn++) {
    await new Promise((resolve) => void setImmediate(resolve))
    collectGarbage()
  }
  expect(alive()).toEqual([])
  expect(kept?.status).toBe('completed')
})
