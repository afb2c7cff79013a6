import { Pipeline, StageOutput } from '@stageflow/core'
import { resumeRun } from '@stageflow/core/durable'
import { manualClock, recordingSink } from '@stageflow/testing'
import { expect, test, vi } from 'vitest'

import { Approvals, memoryApprovalStore, type ApprovalQuestion, type AskContext } from './index.ts'

const ADA = { orgId: 'acme', userId: 'ada' }
const REFUND: ApprovalQuestion = { id: 'refund-7', action: 'refund', arguments: { euros: 90 } }

function askBench(options: ConstructorParameters<typeof Approvals>[0] = {}) {
  const clock = manualClock()
  const events: unknown[] = []
  const controller = new AbortController()
  const context: AskContext = {
    ids: { ...ADA, pipelineRunId: 'run-1' },
    signal: controller.signal,
    clock,
    emit: (type: string, data: object) => events.push([type, data]) > 0,
  }
  return { clock, events, controller, context, approvals: new Approvals({ store: memoryApprovalStore({ clock }), ...options }) } // prettier-ignore
}

test('a question about anything waits for its decision, and is used once', async () => {
  const { approvals, clock, context, events } = askBench()
  const asking = approvals.ask(REFUND, context)
  await clock.advance(10)
  expect(await approvals.pending(ADA)).toMatchObject([
    { id: 'refund-7', action: 'refund', arguments: { euros: 90 }, callId: undefined, pipelineRunId: 'run-1' },
  ])
  await approvals.decide('refund-7', { approved: true, arguments: { euros: 50 } }, ADA)
  await clock.advance(1_000)
  expect(await asking).toEqual({ approved: true, approvalId: 'refund-7', arguments: { euros: 50 }, decidedBy: ADA })
  expect(await approvals.ask(REFUND, context)).toEqual({
    approved: false,
    approvalId: 'refund-7',
    denied: 'approval_used',
    reason: 'its approval was used before, and is good for one call.',
  })
  const about = { approvalId: 'refund-7', action: 'refund', toolName: undefined, callId: undefined }
  expect(events).toEqual([
    ['approval.requested', { ...about, payloadSummary: { euros: 90 }, expiresInMs: 86_400_000 }],
    ['approval.decided', { ...about, decision: 'approved', edited: true, decidedBy: ADA }],
  ])
})

test('a denial has the reason of the person', async () => {
  const { approvals, clock, context } = askBench()
  const asking = approvals.ask(REFUND, context)
  await clock.advance(10)
  await approvals.decide('refund-7', { approved: false, reason: 'too much' }, ADA)
  await clock.advance(1_000)
  expect(await asking).toEqual({
    approved: false,
    approvalId: 'refund-7',
    denied: 'not_approved',
    reason: 'too much',
    decidedBy: ADA,
  })
})

test('a stage asks, suspends until the decision is there, and asks again', async () => {
  const sink = recordingSink()
  const approvals = new Approvals({ waitMs: 0 })
  const graph = new Pipeline('refunds')
    .withStage('refund', async (context) => {
      const outcome = await approvals.ask(REFUND, {
        ids: context,
        signal: context.signal,
        clock: context.clock,
        emit: context.tryEmitEvent,
      })
      if (outcome.approved) return StageOutput.ok({ refunded: true })
      return outcome.denied === 'approval_pending'
        ? StageOutput.suspend(outcome.approvalId)
        : StageOutput.cancel(outcome.reason)
    })
    .build({ eventSink: sink })
  const first = await graph.run(ADA)
  expect(first).toMatchObject({ status: 'suspended', requests: { refund: 'refund-7' } })
  await approvals.decide('refund-7', { approved: true }, ADA)
  const state = JSON.parse(JSON.stringify(first)) as never
  expect(await resumeRun(graph, state, { refund: true })).toMatchObject({ status: 'completed' })
  expect(sink.types().filter((type) => type.startsWith('approval.'))).toEqual([
    'approval.requested',
    'approval.decided',
  ])
})

test('an abort withdraws the question', async () => {
  const { approvals, clock, context, controller } = askBench()
  const asking = approvals.ask(REFUND, context)
  await clock.advance(10)
  controller.abort(new Error('left'))
  await expect(asking).rejects.toThrow('left')
  await clock.settle()
  expect(await approvals.get('refund-7', ADA)).toMatchObject({ status: 'cancelled' })
})

test.each([
  [
    'approvals/other-input',
    { ...REFUND, arguments: { euros: 900 } },
    'was requested for "refund" with other arguments',
  ],
  ['approvals/other-work', { ...REFUND, action: 'pay' }, 'was requested for "refund", and not for "pay"'],
])('another question with the same id is refused (%s)', async (code, other, says) => {
  const { approvals, context } = askBench({ waitMs: 0 })
  await approvals.ask(REFUND, context)
  await expect(approvals.ask(other, context)).rejects.toMatchObject({
    code,
    message: `Approval "refund-7" ${says}. Give each question its own id.`,
  })
})

test('a question whose owner is missing or has another name is refused, because no route would find it', async () => {
  const { approvals, context } = askBench({ waitMs: 0 })
  for (const [ids, says] of [
    [
      {},
      /^ask\(\): context\.ids has neither orgId nor userId\. Pass .* In an app without users, pass ids: \{ userId: undefined \}\.$/,
    ],
    [{ pipelineRunId: 'run-1' }, /neither orgId nor userId/],
    [
      { user: 'ada' },
      /neither orgId nor userId; unknown option "context\.ids\.user" \(did you mean "userId"\? known: /,
    ],
  ] as const)
    await expect(approvals.ask(REFUND, { ...context, ids: ids as never })).rejects.toMatchObject({
      code: 'approvals/illegal-option',
      message: expect.stringMatching(says) as string,
    })
  expect(await approvals.pending()).toEqual([])
})

test('in an app without users, a question belongs to no user, and is found without an owner', async () => {
  const { approvals, context } = askBench({ waitMs: 0 })
  await approvals.ask(REFUND, { ...context, ids: { userId: undefined } })
  expect(await approvals.pending()).toMatchObject([{ id: 'refund-7' }])
  expect(await approvals.pending(ADA)).toEqual([])
})

test('arguments that no person could be shown are refused (approvals/not-json)', async () => {
  const { approvals, context } = askBench()
  await expect(approvals.ask({ ...REFUND, arguments: { euros: 1n } }, context)).rejects.toMatchObject({
    code: 'approvals/not-json',
  })
})

test.each([
  [undefined, 'the options must be an object'],
  [{}, 'id is missing: it must be a string of 1 to 256'],
  [{ id: 'a' }, 'action is missing: it must be'],
  [{ id: 'é', action: 'refund' }, 'id must be a string of 1 to 256'],
  [{ id: '', action: 'refund' }, 'id must be a string of 1 to 256'],
  [{ id: 'a', action: '' }, 'action must be'],
  [{ id: 'a', action: 'refund', args: {} }, 'unknown option "args"'],
])('ask(%j) is refused (approvals/illegal-option)', async (question, says) => {
  const { approvals, context } = askBench()
  await expect(approvals.ask(question as never, context)).rejects.toMatchObject({
    code: 'approvals/illegal-option',
    message: expect.stringContaining(says) as string,
  })
})

test.each([
  [undefined, 'context must be an object, not undefined'],
  ['ada', 'context must be an object, not a string'],
  [{}, 'context.ids must be an object, not undefined'],
  [{ ids: 'ada' }, 'context.ids must be an object, not a string'],
  [{ ids: null }, 'context.ids must be an object, not null'],
  [{ ids: { userId: 7 } }, 'context.ids.userId must be a string, not 7'],
  [{ ids: { orgId: {} } }, 'context.ids.orgId must be a string, not an object'],
  [{ ids: ADA, signal: 'stop' }, 'context.signal must be an AbortSignal'],
  [{ ids: ADA, clock: {} }, 'context.clock must be a clock'],
  [{ ids: ADA, emit: true }, 'context.emit must be a function'],
  [{ ids: ADA, abort: true }, 'unknown option "context.abort"'],
])('the context %j is refused before the store is asked (approvals/illegal-option)', async (context, says) => {
  const store = memoryApprovalStore()
  const request = vi.spyOn(store, 'request')
  await expect(new Approvals({ store }).ask(REFUND, context as never)).rejects.toMatchObject({
    code: 'approvals/illegal-option',
    message: expect.stringMatching(/^ask\(\): .* Pass ask\(question, \{ ids: \{ orgId, userId \} \}\)/) as string,
  })
  await expect(new Approvals({ store }).ask(REFUND, context as never)).rejects.toThrow(says)
  expect(request).not.toHaveBeenCalled()
})

test('a context needs no more than the ids', async () => {
  const approvals = new Approvals({ waitMs: 0 })
  expect(await approvals.ask(REFUND, { ids: ADA })).toMatchObject({ denied: 'approval_pending' })
  await approvals.decide('refund-7', { approved: true }, ADA)
  expect(await approvals.ask(REFUND, { ids: ADA })).toMatchObject({ approved: true })
})

test('a question that waits without a signal is answered when it is decided', async () => {
  const { approvals, clock } = askBench()
  const asking = approvals.ask(REFUND, { ids: ADA, clock })
  await clock.advance(10)
  await approvals.decide('refund-7', { approved: true }, ADA)
  await clock.advance(1_000)
  expect(await asking).toMatchObject({ approved: true })
})

test.each([
  [
    'throws',
    () => {
      throw new Error('no disk')
    },
  ],
  ['rejects', () => Promise.reject(new Error('no disk'))],
] as const)('a question rejects when the store %s (approvals/unavailable)', async (_, request) => {
  const { context } = askBench()
  const approvals = new Approvals({ store: { ...memoryApprovalStore(), request } })
  await expect(approvals.ask(REFUND, context)).rejects.toMatchObject({
    code: 'approvals/unavailable',
    cause: new Error('no disk'),
  })
})
