import { Pipeline } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { manualClock } from '@stageflow/testing'
import { beforeEach, expect, test } from 'vitest'
import { spanRecorder } from '../test/span-recorder.ts'
import { tracing } from './index.ts'

let clock = manualClock()
let recorder = spanRecorder()
beforeEach(() => {
  clock = manualClock({ startAt: 1_000 })
  recorder = spanRecorder()
})
const pipeline = () => new Pipeline('guarded').withStage('a', ({ clock: time }) => time.sleep(10))
const build = (outside: readonly Interceptor[], inside: readonly Interceptor[] = []) =>
  pipeline().build({ clock, interceptors: [...outside, tracing({ tracerProvider: recorder.provider }), ...inside] })

test('a run that an interceptor outside refused has a span from start to end', async () => {
  const auth: Interceptor = {
    name: 'auth',
    wrapRun: () => async (run) => {
      await run.clock.sleep(7)
      return run.fail(Object.assign(new Error('no token'), { code: 'auth/missing-token' }))
    },
  }
  const settled = build([auth]).runSettled({ pipelineRunId: 'r1' })
  await clock.advance(7)
  await settled
  expect(recorder.tree()).toEqual(['invoke_workflow guarded failed !'])
  expect(recorder.span('invoke_workflow guarded')).toMatchObject({
    startedAt: 1_000,
    endedAt: 1_007,
    message: 'no token',
    attributes: { 'error.type': 'auth/missing-token', 'stageflow.run.id': 'r1' },
  })
})

test('the span of a run has the outcome that an interceptor outside returned', async () => {
  const judge: Interceptor = {
    name: 'judge',
    wrapRun: (next) => async (run) => {
      await next(run)
      await run.clock.sleep(5)
      return run.fail('not good enough')
    },
  }
  const settled = build([judge]).runSettled()
  await clock.advance(15)
  const { report } = await settled
  expect(report).toMatchObject({ status: 'failed', endedAt: 1_015 })
  expect(recorder.tree()).toEqual(['invoke_workflow guarded failed !', '  stage a ok'])
  expect(recorder.span('invoke_workflow guarded').endedAt).toBe(1_015)
})

test('an interceptor outside that calls next twice has one trace', async () => {
  const twice: Interceptor = {
    name: 'twice',
    wrapRun: (next) => async (run) => {
      await Promise.all([next(run), next(run)])
      return next(run)
    },
  }
  const running = build([twice]).run()
  await clock.advance(10)
  await running
  expect(recorder.tree()).toEqual(['invoke_workflow guarded completed', '  stage a ok'])
})

test('an interceptor around the run that hangs, inside or outside, leaves no span open', async () => {
  const stuck: Interceptor = {
    name: 'stuck',
    wrapRun: (next) => (run) => {
      void next(run)
      return new Promise(() => {})
    },
  }
  for (const graph of [build([stuck]), build([], [stuck])]) {
    const run = graph.start({}, { graceMs: 50 })
    await clock.advance(20)
    run.cancel('enough')
    await clock.advance(200)
    const { report } = await run.settled
    expect(report.status).toBe('cancelled')
  }
  const tree = ['invoke_workflow guarded cancelled', '  stage a ok']
  expect(recorder.tree()).toEqual([...tree, ...tree])
  expect(clock.timers).toEqual([])
})

test('a run that is cancelled before its stages begin has only its own span', async () => {
  const run = build([
    { name: 'slow', wrapRun: (next) => async (own) => (await own.clock.sleep(50, own.signal), next(own)) },
  ]).start()
  run.cancel('changed my mind')
  await clock.advance(10)
  await run.settled
  expect(recorder.tree()).toEqual(['invoke_workflow guarded cancelled'])
})
