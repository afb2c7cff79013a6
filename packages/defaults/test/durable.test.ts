import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { StageContext } from '@stageflow/core'
import { runDurable } from '@stageflow/core/durable'
import { expect, test } from 'vitest'

import { ArrayExecutor } from '../../core/test/array-executor.ts'
import { ORDER, createKit } from './matrix-kit.ts'

test('a durable run goes on in a later leg within all interceptors, and each of them reports every stage once', async () => {
  const kit = createKit(ORDER.filter((name) => name !== 'retry'))
  const calls: string[] = []
  const check = new Pipeline('check')
    .withStage('read', ({ stage }) => void calls.push(stage.name))
    .withStage('ask', ({ resumed }: StageContext) => (resumed === undefined ? StageOutput.suspend('fine?') : { answer: resumed.answer }), {
      dependencies: ['read'],
    })
  const graph = new Pipeline('letters')
    .withStage('draft', ({ stage }) => void calls.push(stage.name))
    .withMap('words', {
      over: () => ['a', 'b'],
      each: (word, { stage }) => {
        calls.push(`${stage.name} ${word}`)
        return { word }
      },
      dependencies: ['draft'],
    })
    .withPipeline('check', check, { dependencies: ['words'] })
    .withStage('send', ({ stage }) => void calls.push(stage.name), StageKind.WORK, { dependencies: ['check'] })
    .build({ interceptors: kit.interceptors, clock: kit.clock, eventSink: kit.sink })
  const start = { startedAt: kit.clock.now(), input: { extensions: { idempotencyKey: 'letter-1' } } }
  const now = () => kit.clock.now()
  const first = new ArrayExecutor([], { start, now })
  expect(await runDurable(graph, first, kit.options)).toMatchObject({ status: 'suspended' })
  const lines = () => kit.lines.map(({ msg, stage, status }) => `${msg}: ${stage ?? 'run'} ${status}`)
  const spans = () => kit.spans.map(({ name, isError }) => `${name}${isError ? ' !' : ''}`)
  console.log(JSON.stringify([lines(), spans(), kit.sink.types()], null, 1))
  ;(kit.lines as unknown[]).length = 0
  ;(kit.spans as unknown[]).length = 0
  kit.sink.clear()
  await kit.clock.advance(86_400_000)
  const second = new ArrayExecutor(first.facts, { start, now })
  second.answer('check/ask', 'yes')
  expect(await runDurable(graph, second, kit.options)).toMatchObject({ status: 'completed' })
  console.log(JSON.stringify([lines(), spans(), kit.sink.types()], null, 1))
  console.log((await kit.registry.metrics()).split('\n').filter((l) => l.startsWith('stageflow_') && !l.endsWith(' 0') && !l.includes('bucket')).join('\n'))
  console.log(JSON.stringify(kit.tracker.stats()), kit.openSpans, kit.clock.timers, calls)
})
