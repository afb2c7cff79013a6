import { Pipeline, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { gate, stream } from '@stageflow/core/edges'
import { manualClock } from '@stageflow/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { spanRecorder } from '../test/span-recorder.ts'
import { tracing } from './index.ts'

// Spans of stages with streams and gates. That nothing of a refused stage is in a span is tested with all default interceptors.

let clock = manualClock()
let recorder = spanRecorder()
beforeEach(() => {
  clock = manualClock()
  recorder = spanRecorder()
})
afterEach(() => expect(clock.timers).toEqual([]))

const takes = (ms: number) => async () => {
  await clock.sleep(ms)
  return {}
}

test('a reader has its inbox as attributes, and a join links the stages whose streams it reads', async () => {
  const speaks = (words: number) =>
    async function* () {
      for (let word = 0; word < words; word++) {
        await clock.sleep(5)
        yield word
      }
    }
  const run = new Pipeline('voice')
    .withStage('llm', speaks(3))
    .withStage('filler', speaks(1))
    .withStage('profile', takes(1))
    .withStage(
      'speak',
      async ({ inputs }) => {
        for await (const _word of inputs.stream()) await clock.sleep(20)
      },
      { dependencies: [stream('llm'), stream('filler'), 'profile'], maxWaiting: 1 },
    )
    .build({ clock, interceptors: [tracing({ tracerProvider: recorder.provider })] })
    .run()
  await clock.runAll()
  const { inbox } = (await run).report.stages.speak
  const speak = recorder.span('stage speak')
  expect(speak.attributes).toMatchObject({
    'stageflow.inbox.chunks': 4,
    'stageflow.inbox.most_waiting': inbox?.mostWaiting,
    'stageflow.inbox.dropped': 0,
    'stageflow.inbox.blocked': (inbox?.blockedMs ?? 0) / 1_000,
  })
  expect(inbox?.blockedMs).toBeGreaterThan(0)
  expect(speak.links).toEqual(['stage llm', 'stage filler', 'stage profile'].map((name) => recorder.span(name).id))
  expect(recorder.span('stage llm').attributes).not.toHaveProperty('stageflow.inbox.chunks')
})

const held = (guard: () => Promise<object>, answer: (context: StageContext) => unknown) =>
  new Pipeline('chat')
    .withStage('guard', guard as ReturnType<typeof takes>)
    .withStage('answer', answer as () => object, { dependencies: [gate('guard')] })
    .withStage('save', takes(10), { dependencies: ['answer'] })
    .build({ clock, interceptors: [tracing({ tracerProvider: recorder.provider })] })

test('the span of a held stage ends with its code, and that of its dependent begins when the gate opens', async () => {
  const run = held(takes(50), takes(20)).run()
  await clock.runAll()
  await run
  expect(recorder.span('stage answer')).toMatchObject({ startedAt: 0, endedAt: 20 })
  expect(recorder.span('stage save')).toMatchObject({ startedAt: 50, endedAt: 60 })
})

test('the span of a refused stage has its times and usage, and says which gate refused it', async () => {
  const refuses = async () => {
    await clock.sleep(50)
    return StageOutput.skip('not allowed')
  }
  const run = held(refuses, async ({ note }) => {
    note('usage', { inputTokens: 5 })
    await clock.sleep(20)
    throw new Error('what it has said')
  }).run()
  await clock.runAll()
  await run
  const span = recorder.span('stage answer')
  expect(span).toMatchObject({ startedAt: 0, endedAt: 20, isError: false, message: undefined, events: [] })
  expect(span.attributes).toMatchObject({
    'stageflow.stage.status': 'skip',
    'stageflow.stage.reason': 'gate "guard" ended skip',
    'stageflow.attempt.status': 'fail',
    'gen_ai.usage.input_tokens': 5,
  })
})

test('a child run of a child run of a held stage waits for the gate too', async () => {
  const inner = new Pipeline('inner').withStage('ask', async () => {
    await clock.sleep(5)
    return StageOutput.fail('broken')
  })
  const middle = new Pipeline('middle').withPipeline('agent', inner)
  const endings = []
  for (const ending of [{}, StageOutput.skip('not allowed')]) {
    recorder = spanRecorder()
    const run = held(
      async () => {
        await clock.sleep(50)
        return ending
      },
      async ({ runChild }) => {
        await runChild(middle)
        return {}
      },
    ).run()
    await clock.advance(40)
    expect(recorder.spans()).toEqual([])
    await clock.runAll()
    await run
    endings.push(
      ['stage ask', 'invoke_workflow inner', 'stage agent', 'invoke_workflow middle'].map(
        (name) => recorder.span(name).message,
      ),
    )
  }
  expect(endings).toEqual([
    ['broken', 'broken', 'broken', 'broken'],
    [undefined, undefined, undefined, undefined],
  ])
})
