import { appendFileSync, readFileSync } from 'node:fs'

import { Approvals } from '@stageflow/approvals'
import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import { resumeRun, type SuspendedRun } from '@stageflow/core/durable'
import { ToolExecutor } from '@stageflow/tool-executor'
import { defineTool, ToolRegistry } from '@stageflow/tools'
import { z } from 'zod'

import { sqliteApprovalStore } from '../src/sqlite-approval-store.ts'
import { untilGo } from './race.ts'

/** The task of one process: to use approvals, or to resume a run. */
export type SideTask =
  | { readonly file: string; readonly use: { readonly owner: string; readonly ids: readonly string[] } }
  | { readonly file: string; readonly resume: { readonly state: string; readonly payments: string } }

/** A pipeline whose stage asks, suspends with the id of its approval, and makes the same call when it is resumed. */
export function billsGraph(approvals: Approvals, payments: string) {
  const pay = defineTool({
    name: 'pay',
    description: 'Pays a bill.',
    input: z.object({ euros: z.number().max(1_000) }),
    execute: ({ euros }) => {
      appendFileSync(payments, `${euros}\n`)
      return `${euros} euros paid`
    },
  })
  const registry = new ToolRegistry({ tools: [pay] })
  const executor = new ToolExecutor({ approve: approvals.approve })
  return new Pipeline('bills')
    .withStage('bill', () => ({ euros: 900 }))
    .withStage(
      'pay',
      async (context) => {
        const { euros } = context.inputs.from('bill')
        const calls = [{ id: 'pay-1', name: 'pay', arguments: { euros } }]
        const [result] = await executor.execute(calls, { registry, context })
        if (result?.status === 'completed') return { text: String(result.output) }
        if (result?.status !== 'denied') return StageOutput.fail(`the call is ${result?.status}`)
        if (result.reason === 'approval_pending') return StageOutput.suspend(result.approvalId)
        return StageOutput.cancel(result.reason)
      },
      StageKind.WORK,
      { dependencies: ['bill'] },
    )
    .build()
}

async function work(task: SideTask): Promise<unknown> {
  const store = sqliteApprovalStore({ path: task.file })
  await untilGo()
  try {
    if ('use' in task) {
      const { owner, ids } = task.use
      const token = String(process.pid)
      return ids.filter((id) => store.use(owner, id, token)?.token === token)
    }
    const { state, payments } = task.resume
    const run = JSON.parse(readFileSync(state, 'utf8')) as SuspendedRun
    const result = await resumeRun(billsGraph(new Approvals({ store, waitMs: 0 }), payments), run, { pay: true })
    return result.status === 'cancelled' ? result.reason : result.data.pay
  } finally {
    store.close()
  }
}

const task = process.argv[2]
if (process.argv[1] === import.meta.filename && task !== undefined)
  process.stdout.write(`${JSON.stringify(await work(JSON.parse(task) as SideTask))}\n`)
