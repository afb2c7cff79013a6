import { Pipeline, StageOutput } from '@stageflow/core'
import { resume } from '@stageflow/core/durable'
import { manualClock, recordingSink } from '@stageflow/testing'
import { expect, test } from 'vitest'

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
  await approvals.decide('refund-7', { approved: true, arguments: { euros: 50 }, decidedBy: 'grace' }, ADA)
  await clock.advance(1_000)
  expect(await asking).toEqual({ approved: true, approvalId: 'refund-7', arguments: { euros: 50 } })
  expect(await approvals.ask(REFUND, context)).toEqual({
    approved: false,
    approvalId: 'refund-7',
    denied: 'approval_used',
    reason: 'its approval was used before, and is good for one call.',
  })
  const about = { approvalId: 'refund-7', action: 'refund', toolName: undefined, callId: undefined }
  expect(events).toEqual([
    ['approval.requested', { ...about, payloadSummary: { euros: 90 }, expiresInMs: 86_400_000 }],
    ['approval.decided', { ...about, decision: 'approved', edited: true, decidedBy: 'grace' }],
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
  expect(await resume(graph, state, { refund: true })).toMatchObject({ status: 'completed' })
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

test('another question with the same id is refused (approvals/other-input)', async () => {
  const { approvals, context } = askBench({ waitMs: 0 })
  await approvals.ask(REFUND, context)
  for (const other of [
    { ...REFUND, arguments: { euros: 900 } },
    { ...REFUND, action: 'pay' },
  ])
    await expect(approvals.ask(other, context)).rejects.toMatchObject({
      code: 'approvals/other-input',
      message: expect.stringContaining('Give each question its own id') as string,
    })
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
