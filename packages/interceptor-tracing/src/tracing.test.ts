import { Pipeline, StageKind, StageOutput, StageflowError, type Interceptor } from '@stageflow/core'
import { auth } from '@stageflow/interceptor-auth'
import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { spanRecorder } from '../test/span-recorder.ts'
import { tracing } from './index.ts'
import type { TracingOptions } from './index.ts'

let clock = manualClock()
let recorder = spanRecorder()
beforeEach(() => {
  clock = manualClock({ startAt: 1_000 })
  recorder = spanRecorder()
})
afterEach(() => {
  expect(clock.timers).toEqual([])
})
const options = () => ({ clock, interceptors: [tracing({ tracerProvider: recorder.provider })] })

test('a run is a span, and each attempt of a stage is a span below it, with the times of the clock', async () => {
  const graph = new Pipeline('chat')
    .withStage('guard', ({ clock: time }) => time.sleep(20), StageKind.GUARD)
    .withStage('llm', ({ clock: time }) => time.sleep(300.5), StageKind.AGENT, { dependencies: ['guard'] })
    .build(options())
  const running = graph.run({ pipelineRunId: 'r1', sessionId: 's1', requestId: 'q1', userId: 'u1' })
  await clock.advance(321)
  await running
  expect(recorder.tree()).toEqual(['invoke_workflow chat completed', '  stage guard ok', '  stage llm ok'])
  const run = recorder.span('invoke_workflow chat')
  expect([run.startedAt, run.endedAt, run.parentId]).toEqual([1_000, 1_320.5, undefined])
  expect(run.attributes).toEqual({
    'gen_ai.operation.name': 'invoke_workflow',
    'gen_ai.workflow.name': 'chat',
    'gen_ai.conversation.id': 's1',
    'stageflow.run.id': 'r1',
    'stageflow.request.id': 'q1',
    'user.id': 'u1',
    'stageflow.run.status': 'completed',
  })
  const llm = recorder.span('stage llm')
  expect([llm.startedAt, llm.endedAt]).toEqual([1_020, 1_320.5])
  expect(llm.attributes).toEqual({
    'stageflow.stage.name': 'llm',
    'user.id': 'u1',
    'stageflow.stage.kind': 'agent',
    'stageflow.stage.status': 'ok',
    'stageflow.stage.attempt': 1,
    'stageflow.run.id': 'r1',
  })
  expect([llm.isError, llm.events, llm.links]).toEqual([false, [], []])
})

test('the span of a stage says how the stage ended', async () => {
  const graph = new Pipeline('endings')
    .withStage('ok', () => ({}))
    .withStage('skip', () => StageOutput.skip('a guest'))
    .withStage('skipped', () => ({}), { dependencies: ['skip'] })
    .withStage('unwanted', () => ({}), { when: () => false })
    .withStage('tolerated', () => StageOutput.fail('no profile'), { onFailure: 'skip' })
    .withStage('fallback', () => StageOutput.fail('no model'), { onFailure: { fallback: {} } })
    .withStage('asks', () => StageOutput.retry('busy'), { onFailure: 'skip' })
    .withStage('throws', async ({ clock: time }) => {
      await time.sleep(10)
      throw Object.assign(new TypeError('down'), { code: 'ECONNRESET' })
    })
    .withStage('hangs', ({ clock: time, signal }) => time.sleep(1_000, signal))
    .withStage('never', () => ({}), { dependencies: ['throws'] })
    .build(options())
  const settled = graph.runSettled()
  await clock.advance(10)
  const { report } = await settled
  expect(recorder.tree()).toEqual([
    'invoke_workflow endings failed !',
    '  stage ok ok',
    '  stage skip skip',
    '  stage unwanted skip',
    '  stage tolerated fail !',
    '  stage fallback fail !',
    '  stage asks fail !',
    '  stage throws fail !',
    '  stage hangs cancel',
    '  stage skipped skip',
  ])
  // A stage that never started because the run ended has no span and no event.
  expect(report.stages['never']?.status).toBe('cancel')
  const attributes = (name: string) => recorder.span(`stage ${name}`).attributes
  expect(attributes('skip')).toMatchObject({ 'stageflow.stage.reason': 'a guest' })
  expect(attributes('skipped')).toMatchObject({ 'stageflow.stage.reason': 'dependency "skip" was skipped' })
  expect(attributes('skipped')).not.toHaveProperty(['stageflow.stage.attempt'])
  expect(attributes('unwanted')).toMatchObject({ 'stageflow.stage.reason': 'its condition (when) was false' })
  expect(attributes('tolerated')).toMatchObject({
    'stageflow.stage.tolerated': true,
    'error.type': 'core/stage-failed',
  })
  expect(attributes('fallback')).toMatchObject({ 'stageflow.stage.tolerated': true })
  expect(attributes('asks')).toMatchObject({
    'error.type': 'core/retry-exhausted',
    'stageflow.attempt.status': 'retry',
  })
  expect(attributes('hangs')).toMatchObject({ 'stageflow.stage.reason': 'stage "throws" failed' })
  const threw = recorder.span('stage throws')
  expect(threw.attributes).toMatchObject({ 'error.type': 'ECONNRESET' })
  expect(threw.message).toBe('down')
  expect(threw.events).toEqual([
    { name: 'exception', at: 1_010, attributes: { 'exception.type': 'ECONNRESET', 'exception.message': 'down' } },
  ])
  const run = recorder.span('invoke_workflow endings')
  expect([run.message, run.attributes['error.type']]).toEqual(['down', 'ECONNRESET'])
})

test('a cancelled run is not an error, and its span has the reason', async () => {
  const graph = new Pipeline('cancelled').withStage('stop', () => StageOutput.cancel('the user left')).build(options())
  await graph.run()
  expect(recorder.tree()).toEqual(['invoke_workflow cancelled cancelled', '  stage stop cancel'])
  expect(recorder.span('invoke_workflow cancelled').attributes).toMatchObject({
    'stageflow.run.reason': 'the user left',
  })
})

test('an exception has its causes, but not its stack', async () => {
  const cause = new Error('socket closed', { cause: new Error('reset') })
  const graph = new Pipeline('caused')
    .withStage('llm', () => {
      throw new Error('no answer', { cause })
    })
    .build(options())
  await graph.runSettled()
  expect(recorder.span('stage llm').events[0]?.attributes).toEqual({
    'exception.type': 'core/stage-failed',
    'exception.message': 'no answer (caused by core/stage-failed: socket closed (caused by core/stage-failed: reset))',
  })
})

test('the notes usage and attributes of a stage are on its span', async () => {
  const graph = new Pipeline('noted')
    .withStage('llm', ({ note }) => {
      note('usage', { inputTokens: 12, outputTokens: 34, costUsd: 0.002 })
      note('attributes', {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'small',
        'gen_ai.token.type': 'output',
        'gen_ai.request.temperature': 0.5,
        'gen_ai.request.stream': true,
        'gen_ai.usage.output_tokens': 35,
        'stageflow.stage.status': 'forged',
      })
      return {}
    })
    .build(options())
  await graph.run({ pipelineRunId: 'r1' })
  expect(recorder.span('stage llm').attributes).toEqual({
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'small',
    'gen_ai.token.type': 'output',
    'gen_ai.request.temperature': 0.5,
    'gen_ai.request.stream': true,
    'gen_ai.usage.input_tokens': 12,
    'gen_ai.usage.output_tokens': 35,
    'stageflow.usage.cost_usd': 0.002,
    'stageflow.stage.name': 'llm',
    'stageflow.stage.kind': 'transform',
    'stageflow.stage.status': 'ok',
    'stageflow.stage.attempt': 1,
    'stageflow.run.id': 'r1',
  })
})

test('the last span of a stage that was called three times has the usage of all its attempts', async () => {
  const thrice: Interceptor = {
    name: 'thrice',
    wrap: (next) => async (context) => {
      await next(context.fork().context)
      await next(context.fork().context)
      return next(context.fork().context)
    },
  }
  const { interceptors, ...rest } = options()
  await new Pipeline('noted')
    .withStage('llm', ({ note }) => note('usage', { inputTokens: 100 }))
    .build({ ...rest, interceptors: [thrice, ...interceptors] })
    .run()
  const spans = recorder.spans().filter(({ name }) => name === 'stage llm')
  expect(spans.map(({ attributes }) => attributes['gen_ai.usage.input_tokens'])).toEqual([undefined, undefined, 300])
})

test('attributes that a span cannot hold are left out, lists of one kind are kept', async () => {
  const odd = {
    'a.list': ['stop', 'length'],
    'a.mixed': ['stop', 1],
    'a.object': { deep: true },
    'a.null': null,
    'a.undefined': undefined,
    'a.long': 'x'.repeat(5_000),
  }
  const graph = new Pipeline('odd')
    .withStage('llm', ({ note }) => note('attributes', odd as unknown as Record<string, string>))
    .build(options())
  await graph.run()
  const { attributes } = recorder.span('stage llm')
  expect(Object.keys(attributes).filter((key) => key.startsWith('a.'))).toEqual(['a.list', 'a.long'])
  expect(attributes['a.list']).toEqual(['stop', 'length'])
  expect(String(attributes['a.long']).length).toBeLessThan(1_100)
})

test('the name of the pipeline is redacted in the name and the attributes of the span of its run', async () => {
  await new Pipeline('tenant?token=hunter2')
    .withStage('a', () => ({}))
    .build(options())
    .run()
  const span = recorder.spans().find(({ name }) => name.startsWith('invoke_workflow'))
  expect(span).toMatchObject({
    name: 'invoke_workflow tenant?token=[redacted]',
    attributes: { 'gen_ai.workflow.name': 'tenant?token=[redacted]' },
  })
})

test('secrets are redacted in attributes, statuses, exceptions and reasons', async () => {
  const secret = 'sk-abcdefghijklmnopqrstuvwxyz123456'
  const graph = new Pipeline('secretive')
    .withStage('fail', () => StageOutput.fail(`401 for Bearer ${secret} at https://me:${secret}@host`), {
      onFailure: 'skip',
    })
    .withStage('skip', () => StageOutput.skip(`api_key=${secret}`))
    .withStage('note', ({ note }) =>
      note('attributes', { 'app.api_key': 'hunter2', 'app.url': `https://h/?token=${secret}` }),
    )
    .withStage('cancel', () => StageOutput.cancel(secret), { dependencies: ['fail', 'skip', 'note'], join: 'settled' })
    .build(options())
  await graph.run({ inputText: secret, sessionId: secret, extensions: {} })
  expect(recorder.spans()).toHaveLength(5)
  const all = JSON.stringify(recorder.spans())
  expect(all).not.toContain(secret)
  expect(all).not.toContain('hunter2')
  expect(recorder.span('stage note').attributes).toMatchObject({ 'app.api_key': '[redacted]' })
})

test('spans have no inputs and no outputs', async () => {
  const graph = new Pipeline('private')
    .withStage('read', ({ snapshot }) => ({ heard: snapshot.inputText }))
    .withStage('answer', ({ inputs }) => ({ said: inputs.from('read').heard }), { dependencies: ['read'] })
    .build(options())
  await graph.run({ inputText: 'a private matter' })
  expect(JSON.stringify(recorder.spans())).not.toContain('private matter')
})

test('a join is linked to the dependencies that had settled when it started', async () => {
  const graph = new Pipeline('joined')
    .withStage('fast', () => ({}))
    .withStage('skipped', () => StageOutput.skip('no'))
    .withStage('slow', ({ clock: time }) => time.sleep(50))
    .withStage('first', () => ({}), { dependencies: ['fast', 'slow'], join: 'any' })
    .withStage('all', () => ({}), { dependencies: ['fast', 'skipped', 'slow'] })
    .withStage('chained', () => ({}), { dependencies: ['all'] })
    .build(options())
  const running = graph.run()
  await clock.advance(50)
  await running
  const id = (name: string) => recorder.span(`stage ${name}`).id
  expect(recorder.span('stage first').links).toEqual([id('fast')])
  expect(recorder.span('stage all').links).toEqual([id('fast'), id('skipped'), id('slow')])
  expect(recorder.span('stage chained').links).toEqual([])
})

test('chunks are counted', async () => {
  const graph = new Pipeline('streamed')
    .withStage('llm', async function* () {
      yield 'a'
      yield 'b'
      return { text: 'ab' }
    })
    .build(options())
  await graph.run()
  expect(recorder.span('stage llm').attributes).toMatchObject({ 'stageflow.stage.chunks': 2 })
})

const refusal = (options: unknown): string => {
  try {
    tracing(options as TracingOptions)
  } catch (error) {
    return StageflowError.is(error) ? `${error.code}: ${error.message}` : String(error)
  }
  return 'accepted'
}

test('illegal options are refused, all of them at once (tracing/illegal-option)', () => {
  expect(refusal({ tracer: recorder.provider, tracerProvider: 7, redaction: true, provider: 1 })).toBe(
    'tracing/illegal-option: tracing(): tracer must be an OpenTelemetry Tracer with startSpan(), not an instance of BasicTracerProvider; ' +
      'tracerProvider must be an OpenTelemetry TracerProvider with getTracer(), not 7; ' +
      "redaction must be an object such as { keys: ['ssn'] }, or false, not true; " +
      'unknown option "provider" (known: tracer, tracerProvider, redaction); pass either tracer or tracerProvider, not both.',
  )
  expect(refusal(null)).toContain('the options must be an object, not null')
  expect(refusal({ redaction: { key: ['ssn'] } })).toContain('core/illegal-option: redaction: unknown option "key"')
  expect(refusal({ tracer: undefined, tracerProvider: undefined, redaction: undefined })).toBe('accepted')
})

test('the user and the tenant that auth reads from a token are on the spans of the run and of its stages', async () => {
  const verify = () => ({ sub: 'ada', org_id: 'acme', sid: 's9' })
  const graph = new Pipeline('chat')
    .withStage('llm', () => ({}))
    .withPipeline(
      'memory',
      new Pipeline('lookup').withStage('search', () => ({})),
    )
    .build({
      clock,
      interceptors: [auth({ verify, sessionId: 'sid' }), tracing({ tracerProvider: recorder.provider })],
    })
  await graph.run({}, { token: 'a.b.c' })
  expect(recorder.spans()).toHaveLength(5)
  for (const { attributes } of recorder.spans())
    expect(attributes).toMatchObject({ 'user.id': 'ada', 'stageflow.org.id': 'acme' })
  expect(recorder.span('invoke_workflow chat').attributes['gen_ai.conversation.id']).toBe('s9')
})

test('the option redaction adds secret names, and false keeps secrets', async () => {
  const run = async (redaction: TracingOptions['redaction']) => {
    recorder = spanRecorder()
    const given = redaction === undefined ? {} : { redaction }
    await new Pipeline('chat')
      .withStage('llm', ({ note }) => {
        note('attributes', { ssn: '123', note: 'password=hunter2' })
        return StageOutput.skip('token=hunter2')
      })
      .build({ clock, interceptors: [tracing({ tracerProvider: recorder.provider, ...given })] })
      .run({ userId: 'password=hunter2' })
    return { ...recorder.span('stage llm').attributes }
  }
  expect(await run({ keys: ['ssn'] })).toMatchObject({
    ssn: '[redacted]',
    note: 'password=[redacted]',
    'stageflow.stage.reason': 'token=[redacted]',
    'user.id': 'password=[redacted]',
  })
  expect(await run(undefined)).toMatchObject({ ssn: '123' })
  expect(await run(false)).toMatchObject({ note: 'password=hunter2', 'stageflow.stage.reason': 'token=hunter2' })
})

test('a tracer works instead of a provider', async () => {
  const tracer = recorder.provider.getTracer('mine')
  const graph = new Pipeline('mine').withStage('a', () => ({})).build({ clock, interceptors: [tracing({ tracer })] })
  await graph.run()
  expect(recorder.tree()).toEqual(['invoke_workflow mine completed', '  stage a ok'])
})

test('a retry inside tracing is a build error, because each attempt needs its span', () => {
  const retry: Interceptor = { name: 'retry', settled: () => {} }
  const order = new Pipeline('order').withStage('a', () => ({}))
  expect(() => order.build({ interceptors: [tracing(), retry] })).toThrow(
    'Interceptor "tracing" must stand inside "retry"',
  )
  order.build({ interceptors: [retry, tracing()] })
})
