import { Pipeline, StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor, StageContext } from '@stageflow/core'
import { resumeSettled, wakeAt } from '@stageflow/core/durable'
import { expect, test } from 'vitest'

import { pendingRequests, readState, resume, suspendedState } from './index.ts'

declare module '@stageflow/core' {
  interface RunOptions {
    readonly suspendTicket?: string
  }
}

/** A run belongs to the user whose ticket began it. A ticket is a user, such as `ada`. */
const owners = (): Interceptor => ({
  name: 'owners',
  runOptions: ['suspendTicket'],
  admit: ({ options: { suspendTicket }, kept, action }) => {
    if (suspendTicket === undefined) throw new StageflowError('acme/no-ticket', 'Pass a ticket.')
    if (action !== 'start' && (kept as { user?: string } | undefined)?.user !== suspendTicket)
      throw new StageflowError('acme/foreign-run', 'The run belongs to another user.')
    return { keep: { user: suspendTicket }, who: { userId: suspendTicket } }
  },
  wrapRun: (next) => (run) => {
    const { user } = (run.kept?.['owners'] ?? { user: run.options.suspendTicket }) as { readonly user?: string }
    if (user === undefined) return run.fail(new StageflowError('acme/no-ticket', 'Pass a ticket.'))
    if (run.kept === undefined) run.keep('owners', { user })
    return next(run.with({ snapshot: run.snapshot.withIdentity({ userId: user }) }))
  },
})

const pipeline = new Pipeline('order')
  .withStage('boss', ({ resumed }: StageContext) =>
    resumed === undefined
      ? StageOutput.suspend('May I?', { forMs: 1_000, otherwise: 'no' })
      : { answer: resumed.answer, by: resumed.by?.userId, expired: resumed.expired },
  )
  .withStage('write', ({ userId, inputs }) => ({ owner: userId, said: inputs.from('boss').answer }), {
    dependencies: ['boss'],
  })

/** The state of a run that ada began, as a database keeps it. */
async function storedRun(now = 0): Promise<{ readonly stored: string; readonly graph: ReturnType<typeof build> }> {
  const graph = build(now)
  const first = await graph.run({}, { suspendTicket: 'ada' })
  if (first.status !== 'suspended') throw new Error(first.status)
  return { stored: JSON.stringify(suspendedState(graph, first)), graph }
}
const build = (now = 0) =>
  pipeline.build({
    interceptors: [owners()],
    clock: { now: () => now, sleep: async () => {}, setTimeout: () => () => {} },
  })

test('a stored run keeps who began it and no token, and goes on as that user, who alone may answer', async () => {
  const { stored, graph } = await storedRun()
  expect(JSON.parse(stored)).toMatchObject({ run: { kept: { owners: { user: 'ada' } } } })
  for (const suspendTicket of ['eve', undefined])
    await expect(
      resume(graph, stored, { boss: 'pay eve' }, suspendTicket === undefined ? {} : { suspendTicket }),
    ).rejects.toMatchObject({ code: suspendTicket === undefined ? 'acme/no-ticket' : 'acme/foreign-run' })
  // A refused answer leaves nothing: the right one still counts.
  const last = await resume(graph, stored, { boss: 'yes' }, { suspendTicket: 'ada' })
  expect(last).toMatchObject({
    status: 'completed',
    data: { write: { owner: 'ada', said: 'yes' }, boss: { by: 'ada' } },
  })
})

test('a state of a run that interceptors guard is not continued without them, nor without what they kept', async () => {
  const { stored, graph } = await storedRun()
  await expect(resume(pipeline.build(), stored, { boss: 'yes' })).rejects.toMatchObject({
    code: 'core/resume',
    message: expect.stringContaining('its interceptors owners kept something with it'),
  })
  const { run, ...rest } = JSON.parse(stored) as { run: { kept?: object } }
  const bare = JSON.stringify({ ...rest, run: { ...run, kept: undefined } })
  await expect(resume(graph, bare, { boss: 'yes' }, { suspendTicket: 'ada' })).rejects.toMatchObject({
    code: 'acme/foreign-run',
  })
})

test('a stored run whose time has passed goes on without a caller, and no sooner', async () => {
  const { stored, graph } = await storedRun()
  expect(pendingRequests(stored)).toEqual([{ path: ['boss'], request: 'May I?', until: 1_000 }])
  expect(wakeAt(readState(graph, stored))).toBe(1_000)
  await expect(resume(graph, stored, {})).rejects.toMatchObject({
    code: 'core/resume',
    message: expect.stringContaining('in 1000 ms'),
  })
  const later = build(1_000)
  const result = await resumeSettled(later, readState(later, stored), {})
  expect(result).toMatchObject({
    status: 'completed',
    data: { boss: { answer: 'no', by: undefined, expired: true }, write: { owner: 'ada' } },
  })
})

test('a start that is refused leaves its id free', async () => {
  const graph = build()
  const input = { pipelineRunId: 'order-7' }
  await expect(graph.run(input)).rejects.toMatchObject({ cause: { code: 'acme/no-ticket' } })
  expect((await graph.run(input, { suspendTicket: 'ada' })).status).toBe('suspended')
})
