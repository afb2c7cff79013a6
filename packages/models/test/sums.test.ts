import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import { gate } from '@stageflow/core/edges'
import { metrics } from '@stageflow/interceptor-metrics'
import { retry } from '@stageflow/interceptor-retry'
import { tracing } from '@stageflow/interceptor-tracing'
import { httpError, manualClock } from '@stageflow/testing'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { callModel } from '../src/index.ts'
import { scripted } from './scripted-model.ts'
import type { Step } from './scripted-model.ts'

const answer: readonly Step[] = [{ text: 'Hi' }, { finishReason: 'stop', usage: { inputTokens: 100, outputTokens: 5 } }]
const lost: readonly Step[] = [{ usage: { inputTokens: 100 } }, httpError(503)]

test('what models have used is summed over attempts, items of a map and child pipelines: in the report, in metrics and in spans', async () => {
  const clock = manualClock()
  const ask = (...scripts: readonly (readonly Step[])[]) => {
    const model = scripted(clock, 'a', ...scripts)
    return async function* (context: Parameters<typeof callModel>[0]) {
      return yield* callModel(context, 'Hi?', { models: [model] })
    }
  }
  const perItem = ask(answer)
  const child = new Pipeline('child').withStage('inner', ask(answer))
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const registry = new Registry()
  const graph = new Pipeline('all')
    .withStage('retried', ask(lost, lost, answer))
    .withMap('items', {
      over: () => [1, 2, 3],
      each: async function* (_item, context) {
        return yield* perItem(context)
      },
    })
    .withPipeline('kid', child)
    .build({
      clock,
      interceptors: [retry({ baseMs: 5 }), tracing({ tracerProvider: provider }), metrics({ registry })],
    })
  const running = graph.run()
  await clock.advance(100)
  const { report } = await running

  // Three attempts, three items, one child.
  expect(report.usage).toEqual({ inputTokens: 700, outputTokens: 25, estimated: true })
  expect(report.stages.retried.notes.usage).toEqual({ inputTokens: 300, outputTokens: 5, estimated: true })
  const tokens = await registry.getSingleMetric('stageflow_stage_tokens_total')?.get()
  const counted = (type: string): number =>
    (tokens?.values ?? []).filter(({ labels }) => labels['type'] === type).reduce((sum, { value }) => sum + value, 0)
  expect([counted('input'), counted('output')]).toEqual([700, 25])
  const ofSpans = (name: string): number =>
    exporter.getFinishedSpans().reduce((sum, { attributes }) => sum + Number(attributes[name] ?? 0), 0)
  expect([ofSpans('gen_ai.usage.input_tokens'), ofSpans('gen_ai.usage.output_tokens')]).toEqual([700, 25])
  const inner = exporter.getFinishedSpans().find(({ name }) => name.includes('inner'))
  expect(inner?.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'test',
    'gen_ai.request.model': 'a',
    'gen_ai.response.finish_reasons': ['stop'],
  })
  await provider.shutdown()
})

test('what a model has used stays noted when a gate refuses its answer', async () => {
  const clock = manualClock()
  const model = scripted(clock, 'a', answer)
  const graph = new Pipeline('gated')
    .withStage(
      'guard',
      async () => {
        await clock.sleep(10)
        return StageOutput.fail('no')
      },
      StageKind.GUARD,
    )
    .withStage(
      'llm',
      async function* (context) {
        return yield* callModel(context, 'Hi?', { models: [model] })
      },
      { dependencies: [gate('guard')] },
    )
    .build({ clock })
  const running = graph.runSettled()
  await clock.advance(100)
  const { report } = await running
  expect(report.stages.llm.status).not.toBe('ok')
  expect(report.stages.llm.notes.usage).toEqual({ inputTokens: 100, outputTokens: 5 })
  expect(report.usage).toEqual({ inputTokens: 100, outputTokens: 5 })
})
