import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pipeline } from '@stageflow/core'
import { eventOf, manualClock } from '@stageflow/testing'
import { templateNameSink, type TemplateNameSinkOptions } from './index.ts'

test('a run is written line by line, without the words of users', async () => {
  const texts: string[] = []
  const eventSink = templateNameSink({
    write: (text) => void texts.push(text),
  })
  const graph = new Pipeline('chat').withStage('llm', (context) => {
    context.tryEmitEvent('app.asked', { question: 'Who is Ada?' })
    return { text: 'Hello' }
  })
  await graph.build({ eventSink }).run({ inputText: 'Who is Ada?' })
  const { delivered, lost } = await eventSink.close()

  const lines = texts.join('').trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).type),
    [
      'pipeline.started',
      'stage.llm.started',
      'app.asked',
      'stage.llm.completed',
      'pipeline.completed',
    ],
  )
  assert.ok(!texts.join('').includes('Ada'))
  assert.deepEqual({ delivered, lost }, { delivered: 5, lost: 0 })
})

test('a full sink refuses events until lines are written', async () => {
  const sink = templateNameSink({ write: () => {}, maxWaiting: 1 })
  const event = eventOf('stage.llm.started', { kind: 'transform' })
  assert.equal(sink.tryEmit(event), true)
  assert.equal(sink.tryEmit(event), false)
  await sink.flush?.()
  assert.equal(sink.tryEmit(event), true)
  await sink.close()
})

test('events that could not be written are reported as lost, with the error', async () => {
  const error = new Error('disk full')
  const sink = templateNameSink({ write: () => Promise.reject(error) })
  sink.tryEmit(eventOf('stage.llm.started', { kind: 'transform' }))
  assert.deepEqual(await sink.close(), { delivered: 0, lost: 1, error })
})

test('close gives up when its time is over', async () => {
  const clock = manualClock()
  const sink = templateNameSink({
    write: () => new Promise(() => {}),
    clock,
  })
  sink.tryEmit(eventOf('stage.llm.started', { kind: 'transform' }))
  const closed = sink.close({ timeoutMs: 100 })
  await clock.advance(100)
  const { lost, error } = await closed
  assert.equal(lost, 1)
  assert.ok(error instanceof Error && 'code' in error)
  assert.equal(error.code, 'sink-template-name/timed-out')
})

test('wrong and missing options are refused, each by its name', () => {
  const made = (options: object) => () =>
    templateNameSink(options as TemplateNameSinkOptions)
  const code = 'sink-template-name/illegal-option'
  assert.throws(made({ write: () => {}, maxWaiting: 0 }), {
    code,
    message: /maxWaiting must be a whole number from 1/,
  })
  assert.throws(made({ maxWaiting: 1 }), {
    code,
    message: /write must be .*, not undefined/,
  })
})
