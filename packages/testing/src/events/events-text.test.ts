import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import { expect, test } from 'vitest'
import { manualClock } from '../clock/manual-clock.ts'
import { eventOf } from './event-of.ts'
import { eventsText } from './events-text.ts'
import { recordingSink } from './recording-sink.ts'

test('the events of a run are text without ids and times', async () => {
  const sink = recordingSink()
  const graph = new Pipeline('chat')
    .withStage('memory', ({ userId }) => (userId === undefined ? StageOutput.skip('a guest') : {}))
    .withStage('llm', async function* (context) {
      context.tryEmitEvent('app.asked', { text: 'Hi you', tokenCount: 3, sentAt: 5, answerId: 'x', tags: ['a', 'b c'] })
      yield 'Hel'
      yield 'lo'
      return { text: 'Hello' }
    })
    .withStage('save', () => Promise.reject(new Error('The disk is full.')), StageKind.WORK, { dependencies: ['llm'] })
    .build({ eventSink: sink })
  await graph.runSettled({}, { chunkEvents: true })
  expect(eventsText(sink.events)).toBe(
    `
pipeline.started pipeline=chat stages=3
stage.memory.started kind=transform
stage.memory.skipped reason="a guest"
stage.llm.started kind=transform
app.asked text="Hi you" tokenCount=3 tags=["a","b c"]
stage.llm.chunk chunk=Hel attempt=1
stage.llm.chunk chunk=lo attempt=1
stage.llm.completed attempts=1
stage.save.started kind=work releasedBy=llm
stage.save.failed attempts=1 error={"code":"core/stage-failed","message":"The disk is full.","stage":"save"}
pipeline.failed pipeline=chat errors=[{"code":"core/stage-failed","message":"The disk is full.","stage":"save"}]
`.trim(),
  )
})

test('ids and times are shown if asked for', async () => {
  const [sink, clock] = [recordingSink(), manualClock({ startAt: 100 })]
  const graph = new Pipeline('chat')
    .withStage('wait', (context) => context.clock.sleep(20))
    .build({ eventSink: sink, clock })
  const run = graph.run({ pipelineRunId: 'run-7', userId: 'ada' })
  await clock.runAll()
  await run
  expect(eventsText(sink.events.slice(-2), { times: true })).toBe(
    `
120 ms stage.wait.completed durationMs=20 attempts=1
120 ms pipeline.completed pipeline=chat durationMs=20
`.trim(),
  )
  expect(eventsText(sink.events.slice(-1), { ids: true })).toBe(
    'pipeline.completed pipeline=chat pipelineRunId=run-7 userId=ada',
  )
})

test('the events of child runs begin with their path, and those of another run with its number', async () => {
  const sink = recordingSink()
  const inner = new Pipeline('inner').withStage('x', () => ({}))
  const middle = new Pipeline('middle').withPipeline('deep', inner)
  const graph = new Pipeline('outer').withPipeline('answer', middle).build({ eventSink: sink })
  await graph.run({})
  await graph.run({})
  const lines = eventsText(sink.events).split('\n')
  expect(lines.filter((line) => line.includes('.x.') || line.includes('child_started'))).toEqual([
    'pipeline.child_started pipeline=middle depth=1 path=answer',
    'answer | pipeline.child_started pipeline=inner depth=2 path=answer/deep',
    'answer/deep | stage.x.started kind=transform',
    'answer/deep | stage.x.completed attempts=1',
    'run 2 | pipeline.child_started pipeline=middle depth=1 path=answer',
    'run 2 answer | pipeline.child_started pipeline=inner depth=2 path=answer/deep',
    'run 2 answer/deep | stage.x.started kind=transform',
    'run 2 answer/deep | stage.x.completed attempts=1',
  ])
  expect(lines[0]).toBe('pipeline.started pipeline=outer stages=1')
})

test('values that look like another type are quoted, and odd ones have a short form', () => {
  const loop: { self?: unknown } = {}
  loop.self = loop
  const data = {
    number: 1,
    digits: '1',
    truth: 'true',
    nothing: null,
    missing: undefined,
    lines: 'a\nb',
    path: 'answer#2/write',
    bytes: new Uint8Array(320),
    big: 2n,
    loop,
    error: new Error('down'),
    nested: { id: 'x', runId: 'y', durationMs: 5, kept: { startedAt: 1, name: 'z' } },
    maxAttempts: 3,
    format: 'pcm',
  }
  expect(eventsText([eventOf('app.odd', data)])).toBe(
    String.raw`app.odd number=1 digits="1" truth="true" nothing=null lines="a\nb" path=answer#2/write bytes="Uint8Array of 320 bytes" big="2n" loop="an object" error="down" nested={"kept":{"name":"z"}} maxAttempts=3 format=pcm`,
  )
})

test('no events make an empty text, and unknown options are refused', () => {
  expect(eventsText([])).toBe('')
  expect(() => eventsText([], { time: true } as never)).toThrow(
    expect.objectContaining({ code: 'testing/illegal-option' }),
  )
})

test('a wrong item is named with its place (testing/illegal-option)', () => {
  const event = { type: 'order.paid', data: {}, pipelineRunId: 'a' }
  for (const [one, shown] of [
    [null, 'null'],
    [{ type: 'order.paid' }, 'an object'],
  ] as const)
    expect(() => eventsText([event, one] as never)).toThrow(
      `eventsText(events, options): events[1] must be an event with its data, such as one of sink.events, not ${shown}.`,
    )
})
