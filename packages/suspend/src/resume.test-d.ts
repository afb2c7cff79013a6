import { Pipeline, StageOutput } from '@stageflow/core'
import type { AnswerSchema } from '@stageflow/core'
import { expectTypeOf } from 'vitest'
import { pendingRequests, readState, resume, suspendedState } from './index.ts'
import type { SuspendedState } from './index.ts'

const graph = new Pipeline('order')
  .withStage('price', () => ({ total: 12 }))
  .withStage('approve', ({ resumed }) => (resumed ? { answer: resumed.answer } : StageOutput.suspend('?')))
  .build()
declare const approval: AnswerSchema<{ readonly ok: string }, { readonly ok: boolean }>
const checked = new Pipeline('order')
  .withStage('approve', ({ resumed }) => (resumed ? {} : StageOutput.suspend('?')), { answerSchema: approval })
  .build()
const other = new Pipeline('other').withStage('else', () => ({ other: true })).build()
const withPorts = Pipeline.withPorts<{ bank: string }>('order')
  .withStage('approve', () => StageOutput.suspend('?'))
  .build()

export async function check(stored: unknown): Promise<void> {
  const result = await graph.run()
  // @ts-expect-error only a suspended result has a state
  suspendedState(graph, result)
  if (result.status !== 'suspended') return
  expectTypeOf(suspendedState(graph, result)).toEqualTypeOf<SuspendedState>()
  // @ts-expect-error the result of another graph
  suspendedState(other, result)

  expectTypeOf(resume(graph, stored, { approve: true })).toEqualTypeOf<ReturnType<typeof graph.run>>()
  // @ts-expect-error 'aprove' does not exist: the pipeline has no such stage
  await resume(graph, stored, { aprove: true })
  // @ts-expect-error 'timeout' does not exist in the options of a run
  await resume(graph, stored, { approve: true }, { timeout: 5 })

  await resume(checked, stored, { approve: { ok: 'yes' } })
  // @ts-expect-error 'boolean' is not assignable to 'string': the answerSchema takes a string
  await resume(checked, stored, { approve: { ok: true } })

  await resume(withPorts, stored, { approve: true }, { ports: { bank: 'b' } })
  // @ts-expect-error Property 'missing ports' is missing
  await resume(withPorts, stored, { approve: true })

  expectTypeOf(pendingRequests(stored)[0]?.path).toEqualTypeOf<readonly string[] | undefined>()
  expectTypeOf(readState(graph, stored).status).toEqualTypeOf<'suspended'>()
}
