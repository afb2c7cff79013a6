import { context as contexts, trace } from '@opentelemetry/api'
import type { Sampler } from '@opentelemetry/sdk-trace-base'
import { SamplingDecision } from '@opentelemetry/sdk-trace-base'
import { Pipeline } from '@stageflow/core'
import type { Interceptor, InterceptorContext } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'
import { register, spanRecorder, withContextManager } from '../test/span-recorder.ts'
import { tracing } from './index.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

const chain = () =>
  new Pipeline('chain')
    .withStage('a', ({ inputs }) => ({ stage: inputs !== undefined }))
    .withStage('b', async () => ({}), { dependencies: ['a'] })

test('without an SDK a run is unchanged, and its report does not mention traces', async () => {
  const result = await chain()
    .build({ interceptors: [tracing()] })
    .run({ pipelineRunId: 'r1' })
  expect(result).toMatchObject({ status: 'completed', data: { a: { stage: true } } })
  expect(result.report.notes).toEqual({})
})

test('an SDK that is registered after build is used from the next run on', async () => {
  const graph = chain().build({ interceptors: [tracing()] })
  await graph.run()
  const recorder = spanRecorder()
  ends.push(register(recorder))
  await graph.run()
  expect(recorder.tree()).toEqual(['invoke_workflow chain completed', '  stage a ok', '  stage b ok'])
})

test('an SDK that is registered during a run is used by child runs that start later', async () => {
  const recorder = spanRecorder()
  const graph = new Pipeline('outer')
    .withStage('start', () => void ends.push(register(recorder)))
    .withPipeline(
      'child',
      new Pipeline('inner').withStage('leaf', () => ({})),
      { dependencies: ['start'] },
    )
    .build({ interceptors: [tracing()] })
  await graph.run()
  expect(recorder.tree()).toEqual(['invoke_workflow inner completed', '  stage leaf ok'])
})

test('if the SDK is removed during a run, open spans are still ended', async () => {
  const recorder = spanRecorder()
  ends.push(register(recorder))
  const graph = new Pipeline('outer')
    .withStage('stop', () => trace.disable())
    .withPipeline(
      'child',
      new Pipeline('inner').withStage('leaf', () => ({})).withStage('other', async () => ({})),
      { dependencies: ['stop'] },
    )
    .build({ interceptors: [tracing()] })
  await graph.run()
  expect(recorder.tree()).toEqual(['invoke_workflow outer completed', '  stage stop ok', '  stage child ok'])
})

test('of concurrent runs each has all its spans or none, as the sampler decides', async () => {
  let asked = 0
  const everyThird: Sampler = {
    shouldSample: (context) => {
      const parent = trace.getSpanContext(context)
      const sampled = parent === undefined ? asked++ % 3 === 0 : parent.traceFlags === 1
      return { decision: sampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD }
    },
    toString: () => 'every third',
  }
  const recorder = spanRecorder(everyThird)
  ends.push(register(recorder), withContextManager())
  const clock = manualClock({ startAt: 1_000 })
  const graph = new Pipeline('some')
    .withStage('wait', ({ clock: time, snapshot }) => time.sleep(Number(snapshot.inputText)))
    .withPipeline(
      'child',
      new Pipeline('inner').withStage('leaf', async () => ({})),
      { dependencies: ['wait'] },
    )
    .build({ clock, interceptors: [tracing()] })
  const runs = Array.from({ length: 30 }, (_, index) => graph.run({ inputText: `${index % 4}` }))
  await clock.advance(4)
  await Promise.all(runs)
  const traceIds = recorder.spans().map(({ traceId }) => traceId)
  const sizes = [...new Set(traceIds)].map((id) => traceIds.filter((one) => one === id).length)
  expect(sizes).toEqual(Array.from({ length: 10 }, () => 5))
})

test('a sampler that leaves out a stage leaves out only that span and the spans inside it', async () => {
  const noSecond: Sampler = {
    shouldSample: (_, __, name) => ({
      decision: name === 'stage b' ? SamplingDecision.NOT_RECORD : SamplingDecision.RECORD_AND_SAMPLED,
    }),
    toString: () => 'no b',
  }
  const recorder = spanRecorder(noSecond)
  ends.push(withContextManager())
  let isRecording: boolean | undefined
  const graph = new Pipeline('chain')
    .withStage('a', () => ({}))
    .withStage(
      'b',
      () => {
        isRecording = trace.getSpan(contexts.active())?.isRecording()
        throw new Error('unseen')
      },
      { onFailure: 'skip' },
    )
    .build({ interceptors: [tracing({ tracerProvider: recorder.provider })] })
  await graph.run()
  expect(recorder.tree()).toEqual(['invoke_workflow chain completed', '  stage a ok'])
  expect(isRecording).toBe(false)
})

test('while no run is recorded, calls of stages are not followed', async () => {
  const recorder = spanRecorder()
  const interceptor = tracing({ tracerProvider: recorder.provider })
  const ending = async (outside: readonly Interceptor[], run: () => unknown, cancels = false) => {
    const graph = new Pipeline('ending')
      .withStage('a', run as () => object)
      .build({ interceptors: [...outside, interceptor] })
    const running = graph.start({}, { graceMs: 1 })
    if (cancels) running.cancel('enough')
    await running.settled
  }
  await ending([], () => ({}))
  await ending([], () => Promise.reject(new Error('failed')))
  await ending([], () => new Promise(() => {}), true)
  await ending([{ name: 'auth', wrapRun: () => (run) => run.fail('refused') }], () => ({}))
  await ending([{ name: 'twice', wrapRun: (next) => async (run) => (await next(run), next(run)) }], () => ({}))
  await ending(
    [{ name: 'stuck', wrapRun: (next) => (run) => (void next(run), new Promise(() => {})) }],
    () => ({}),
    true,
  )
  expect(recorder.spans().filter(({ name }) => name.startsWith('invoke_workflow'))).toHaveLength(6)
  const { info } = new Pipeline('other').withStage('a', () => ({})).build()
  const onCall = interceptor.onCall?.(info.stages[0] as (typeof info.stages)[number])
  const untouchable = new Proxy({}, { get: () => expect.unreachable('the context was read') })
  expect(onCall?.(untouchable as InterceptorContext)).toBeUndefined()
})
