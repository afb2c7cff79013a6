import type { WorkflowDefinition } from '@restatedev/restate-sdk'
import { Pipeline } from '@stageflow/core'
import type { AnswerSchema } from '@stageflow/core'
import { expectTypeOf } from 'vitest'
import { durableClient, durableService, durableWorkflow } from './index.ts'
import type { DurableHandlers } from './index.ts'

/** Takes a text, and makes a number of it. */
declare const amount: AnswerSchema<string, number>

const graph = new Pipeline('order')
  .withStage('price', () => ({ total: 12 }))
  .withStage('approve', ({ resumed }) => ({ answer: resumed?.answer }), { dependencies: ['price'] })
  .withStage('sum', ({ resumed }) => ({ sum: resumed?.answer }), { answerSchema: amount })
  .withPipeline(
    'kid',
    new Pipeline('kid').withStage('check', ({ resumed }) => ({ sum: resumed?.answer }), { answerSchema: amount }),
  )
  .build()
const withPorts = Pipeline.withPorts<{ bank: string }>('order')
  .withStage('pay', ({ ports }) => ({ paid: ports.bank }))
  .build()

const secret = 'a secret of at least thirty-two bytes'

export async function check(): Promise<void> {
  const workflow = durableWorkflow(graph, { name: 'order', secret })
  expectTypeOf(workflow).toExtend<WorkflowDefinition<string, DurableHandlers>>()
  durableWorkflow(withPorts, { name: 'order', secret, ports: { bank: 'b' } })
  durableService(withPorts, { name: 'order', ports: { bank: 'b' } })
  // @ts-expect-error Property 'ports' is missing
  durableWorkflow(withPorts, { name: 'order', secret })
  // @ts-expect-error Property 'ports' is missing
  durableService(withPorts, { name: 'order' })
  // @ts-expect-error 'timeoutMs' belongs to the request of each run
  durableWorkflow(graph, { name: 'order', secret, run: { timeoutMs: 5 } })

  // @ts-expect-error Property 'secret' is missing
  durableWorkflow(graph, { name: 'order' })
  // @ts-expect-error Property 'secret' is missing
  durableClient({ url: 'http://localhost:8080', name: 'order' })
  durableWorkflow(graph, { name: 'order', secret: false })
  durableWorkflow(graph, { name: 'order', secret: [secret, new Uint8Array(32)] })

  const client = durableClient<typeof graph>({ url: 'http://localhost:8080', name: 'order', secret })
  await client.answer('r', { approve: 'yes' })
  // @ts-expect-error the pipeline has no stage 'aprove'
  await client.answer('r', { aprove: 'yes' })
  // An answer is what the answerSchema of its stage takes, also inside child pipelines and by a name.
  await client.answer('r', { sum: '12', kid: { check: '7' } })
  // @ts-expect-error Type 'number' is not assignable to type 'string'
  await client.answer('r', { sum: 12 })
  // @ts-expect-error Type 'number' is not assignable to type 'string'
  await client.resume('r', { kid: { check: 7 } })
  // @ts-expect-error the child pipeline has no stage 'chekc'
  await client.resume('r', { kid: { chekc: '7' } })
  // @ts-expect-error Type 'number' is not assignable to type 'string'
  await client.as('month end').answer('r', { sum: 12 })
  const [open] = (await client.status('r'))?.requests ?? []
  expectTypeOf(open?.answerSchema).toEqualTypeOf<object | undefined>()
  // @ts-expect-error 'timeout' does not exist in the options of a run
  await client.start('r', { options: { timeout: 5 } })
  const result = await client.attach('r')
  if (result.status === 'completed') expectTypeOf(result.data.price.total).toEqualTypeOf<number>()
  if (result.status === 'cancelled') expectTypeOf(result.reason).toEqualTypeOf<string>()
  if (result.status === 'failed') expectTypeOf(result.errors[0]?.code).toEqualTypeOf<string | undefined>()
  // The type of the graph comes from the graph too, and what is asked by a name needs no options of a caller.
  const guarded = durableClient({ url: 'http://localhost:8080', name: 'order', secret, graph })
  expectTypeOf(guarded).toEqualTypeOf(client)
  await guarded.as('month end').resume('r', { approve: 'yes' })
  await guarded.retryFailed('r', { again: ['price'] })
  // @ts-expect-error the pipeline has no stage 'prize'
  await guarded.retryFailed('r', { again: ['prize'] })
  // A client of a graph with ports needs none of them.
  expectTypeOf(
    (await durableClient<typeof withPorts>({ url: '', name: '', secret }).attach('r')).data.pay?.paid,
  ).toEqualTypeOf<string | undefined>()
}
