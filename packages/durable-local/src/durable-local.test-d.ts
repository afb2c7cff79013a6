import { Pipeline, StageOutput } from '@stageflow/core'
import type { AnswerSchema } from '@stageflow/core'
import { expectTypeOf } from 'vitest'

import { durableLocal, openJournal } from './index.ts'
import type { RunDetails, RunSchedule, RunSummary } from './index.ts'

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
  expectTypeOf(durable.get('a', { facts: true })).resolves.toEqualTypeOf<RunDetails | undefined>()
  // @ts-expect-error 'string' is not assignable to 'number': times are in ms since 1970
  await durable.list({ from: '2026-11-30' })

  const who = { userId: 'ada' }
  const times = { cron: '0 9 * * *', graph }
  expectTypeOf(durable.schedule('daily', times)).resolves.toEqualTypeOf<RunSchedule>()
  await durable.schedule('daily', { ...times, input: (time) => ({ inputText: `${time}` }) })
  await durable.as('nightly').schedule('daily', { ...times, who })
  // @ts-expect-error only a part of the app that acts by name says who a run is for
  await durable.schedule('daily', { cron: '0 9 * * *', graph, who })
  await durable.schedule('daily', { cron: '0 9 * * *', graph: withPorts, options: { ports: { bank: 'x' } } })
  // @ts-expect-error the graph needs its ports
  await durable.schedule('daily', { cron: '0 9 * * *', graph: withPorts })

  await using reader = openJournal('runs.db', { readOnly: true })
  expectTypeOf(reader.list({ status: 'suspended' })).resolves.toEqualTypeOf<readonly RunSummary[]>()
  expectTypeOf(reader.get('a', { facts: true })).resolves.toEqualTypeOf<RunDetails | undefined>()
  expectTypeOf<Extract<keyof typeof reader, string>>().toEqualTypeOf<'list' | 'get' | 'close'>()
  // @ts-expect-error 'readOnly' is missing: only durableLocal() opens a journal to write it
  openJournal('runs.db', {})
}
