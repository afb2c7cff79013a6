import { Pipeline, StageOutput } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { expect, test } from 'vitest'
import { manualClock } from '../clock/manual-clock.ts'
import { interceptorContract } from '../interceptor-contract/interceptor-contract.ts'
import { faultInjector } from './fault-injector.ts'
import type { StageFaults } from './fault-injector.ts'

/** Runs `llm` and `save` a hundred times, one run after another. */
async function statusesOf(seed: number, faults: Readonly<Record<string, StageFaults>>) {
  const clock = manualClock()
  const injector = faultInjector(faults, { seed })
  const graph = new Pipeline('chat')
    .withStage('llm', () => ({}))
    .withStage('save', () => ({}))
    .build({ clock, interceptors: [injector] })
  const statuses: Record<string, number> = {}
  for (let run = 0; run < 100; run++) {
    const settled = graph.runSettled({}, { onStageFailure: 'continue', timeoutMs: 60_000 })
    await clock.runAll()
    for (const { stage, status } of Object.values((await settled).report.stages))
      statuses[`${stage} ${status}`] = (statuses[`${stage} ${status}`] ?? 0) + 1
  }
  return { statuses, injected: injector.injected, clock }
}

test('the calls of a stage fail as often as they should, and a seed repeats them', async () => {
  const { statuses, injected } = await statusesOf(1, { llm: { fail: 0.3 } })
  expect(statuses['save ok']).toBe(100)
  expect(statuses['llm fail']).toBeGreaterThan(20)
  expect(statuses['llm fail']).toBeLessThan(40)
  expect(injected).toHaveLength(statuses['llm fail'] ?? 0)
  expect(injected[0]).toEqual({ stage: 'llm', call: expect.any(Number), fault: 'fail' })
  expect((await statusesOf(1, { llm: { fail: 0.3 } })).injected).toEqual(injected)
  expect((await statusesOf(2, { llm: { fail: 0.3 } })).injected).not.toEqual(injected)
})

test('faults of all stages, but for those with their own', async () => {
  const { statuses } = await statusesOf(1, { '*': { fail: 1 }, save: {} })
  expect(statuses).toEqual({ 'llm fail': 100, 'save ok': 100 })
})

test('calls that hang end with their signal, and calls that start late wait on the clock', async () => {
  const { statuses, injected, clock } = await statusesOf(3, { llm: { hang: 0.2, delay: 0.5, delayMs: [10, 30] } })
  const hangs = injected.filter(({ fault }) => fault === 'hang')
  const delays = injected.flatMap(({ delayMs }) => delayMs ?? [])
  expect(hangs.length).toBeGreaterThan(10)
  expect(statuses['llm cancel']).toBe(hangs.length)
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(10)
  expect(Math.max(...delays)).toBeLessThanOrEqual(30)
  expect(clock.now()).toBe(hangs.length * 60_000 + delays.reduce((sum, ms) => sum + ms, 0))
  expect(clock.timers).toEqual([])
})

test('an interceptor around it calls again, and gets the next number of the seed', async () => {
  const again: Interceptor = {
    name: 'again',
    wrap: (next) => async (context) => {
      for (;;) {
        const output = await next(context)
        if (output.status !== 'fail') return output
      }
    },
  }
  const gone = new Error('gone')
  const injector = faultInjector({ llm: { fail: 0.7, error: () => gone } }, { seed: 6 })
  const graph = new Pipeline('chat').withStage('llm', () => ({})).build({ interceptors: [again, injector] })
  await graph.run({})
  expect(injector.injected.length).toBeGreaterThan(1)
  expect(injector.injected.map(({ call }) => call)).toEqual(injector.injected.map((_, place) => place + 1))
})

test('a stage of a child run is named with its path', async () => {
  const injector = faultInjector({ llm: { fail: 1 } })
  const child = new Pipeline('child').withStage('llm', () => ({}))
  const graph = new Pipeline('chat').withPipeline('answer', child).build({ interceptors: [injector] })
  const result = await graph.runSettled({})
  expect(result.status).toBe('failed')
  expect(injector.injected).toEqual([{ stage: 'answer/llm', call: 1, fault: 'fail' }])
})

test('the error is that of the option, and a 503 by default', async () => {
  const errorOf = async (faults: StageFaults) => {
    const graph = new Pipeline('chat')
      .withStage('llm', () => ({}))
      .build({ interceptors: [faultInjector({ llm: faults })] })
    const output = (await graph.runSettled({})).outputs.llm
    return output?.status === 'fail' ? output.error : undefined
  }
  const gone = new Error('gone')
  expect(await errorOf({ fail: 1, error: () => gone })).toBe(gone)
  expect(await errorOf({ fail: 1 })).toMatchObject({ status: 503 })
})

test.each([
  [{ llm: { fail: 2 } }, 'llm.fail must be a number from 0 to 1, not 2'],
  [{ llm: { fail: 0.6, hang: 0.6 } }, 'llm.fail, hang and delay must be at most 1 together, not 1.2'],
  [{ llm: { fails: 1 } }, 'unknown option "llm.fails"'],
  [{ llm: 1 }, 'llm must be an object with the faults of the stage "llm", such as { fail: 0.2 }, not 1'],
  [undefined, 'faults must be an object'],
])('illegal faults are refused: %j', (faults, message) => {
  expect(() => faultInjector(faults as never)).toThrow(
    expect.objectContaining({ code: 'testing/illegal-option', message: expect.stringContaining(message) }),
  )
})

test('a stage without faults is left alone', () => {
  const next = () => StageOutput.ok({})
  expect(faultInjector({ llm: { fail: 1 } }).wrap?.(next, { name: 'save' } as never)).toBe(next)
})

for (const { name, run } of interceptorContract(() => faultInjector({ '*': { delay: 0.5, delayMs: 1 } })))
  test(`contract: ${name}`, run)

test('each item of a map has its own faults, in whichever order the items are called', async () => {
  const injectedInto = async (concurrency: number) => {
    const clock = manualClock()
    const injector = faultInjector({ letters: { fail: 0.5 } }, { seed: 4 })
    const retry: Interceptor = {
      name: 'retry',
      wrap: (next) => async (context) => {
        const output = await next(context.fork().context)
        return output.status === 'fail' ? next(context.fork().context) : output
      },
    }
    const settled = new Pipeline('mail')
      .withMap('letters', {
        over: () => Array.from({ length: 12 }, (_, item) => item),
        each: async (item, context) => (await context.clock.sleep(20 - item, context.signal), { item }),
        onItemFailure: 'collect',
        concurrency,
      })
      .build({ clock, interceptors: [retry, injector] })
      .runSettled()
    await clock.runAll()
    await settled
    return injector.injected.map(({ stage, call }) => `${stage} ${call}`).toSorted()
  }
  const atOnce = await injectedInto(12)
  expect(atOnce.length).toBeGreaterThan(4)
  expect(atOnce.every((one) => /^letters#\d+ [12]$/.test(one))).toBe(true)
  expect(await injectedInto(1)).toEqual(atOnce)
})
