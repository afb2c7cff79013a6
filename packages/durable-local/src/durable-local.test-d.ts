import { Pipeline, StageOutput } from '@stageflow/core'
import type { AnswerSchema } from '@stageflow/core'
import { expectTypeOf } from 'vitest'

import { durableLocal } from './index.ts'
import type { RunDetails, RunSummary } from './index.ts'

const graph = new Pipeline('order')
  .withStage('price', () => ({ total: 12 }))
  .withStage('approve', ({ resumed }) => (resumed ? { answer: resumed.answer } : StageOutput.suspend('?')))
  .build()
declare const approval: AnswerSchema<{ readonly ok: string }, { readonly ok: boolean }>
const checked = new Pipeline('order')
  .withStage('approve', ({ resumed }) => (resumed ? {} : StageOutput.suspend('?')), { answerSchema: approval })
  .build()
const withPorts = Pipeline.withPorts<{ bank: string }>('order')
  .withStage('approve', () => StageOutput.suspend('?'))
  .build()

export async function check(): Promise<void> {
  await using durable = durableLocal({ path: 'runs.db' })
  expectTypeOf(durable.run(graph, {}, { runId: 'a' })).toEqualTypeOf<ReturnType<typeof graph.run>>()
  expectTypeOf(durable.resume(graph, 'a', { approve: true })).toEqualTypeOf<ReturnType<typeof graph.run>>()
  await durable.run(graph, { inputText: 'x' }, { runId: 'a', maxConcurrency: 2, timeoutMs: 100, graceMs: 5 })
  // @ts-expect-error a run needs an id
  await durable.run(graph, {}, {})
  // @ts-expect-error 'aprove' does not exist: the pipeline has no such stage
  await durable.resume(graph, 'a', { aprove: true })
  await durable.resume(checked, 'a', { approve: { ok: 'yes' } })
  await durable.answer(checked, 'a', { approve: { ok: 'yes' } })
  // @ts-expect-error 'boolean' is not assignable to 'string': the answerSchema takes a string
  await durable.resume(checked, 'a', { approve: { ok: true } })
  // @ts-expect-error 'boolean' is not assignable to 'string': the answerSchema takes a string
  await durable.answer(checked, 'a', { approve: { ok: true } })
  // @ts-expect-error 'boolean' is not assignable to 'string': the answerSchema takes a string
  await durable.as('month end').resume(checked, 'a', { approve: { ok: true } })
  // @ts-expect-error the limit of a run is that of its first leg
  await durable.resume(graph, 'a', { approve: true }, { timeoutMs: 5 })

  await durable.run(withPorts, {}, { runId: 'a', ports: { bank: 'x' } })
  await durable.resume(withPorts, 'a', { approve: 1 }, { ports: { bank: 'x' } })
  await durable.recover(withPorts, { ports: { bank: 'x' } })
  // @ts-expect-error the graph needs its ports in each leg
  await durable.run(withPorts, {}, { runId: 'a' })
  // @ts-expect-error the graph needs its ports in each leg
  await durable.resume(withPorts, 'a', { approve: 1 })
  // @ts-expect-error the graph needs its ports in each leg
  await durable.recover(withPorts)

  expectTypeOf(durable.list({ status: 'suspended' })).resolves.toEqualTypeOf<readonly RunSummary[]>()
  expectTypeOf(durable.get('a')).resolves.toEqualTypeOf<RunDetails | undefined>()
}
