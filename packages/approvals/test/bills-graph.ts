import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import { ToolExecutor } from '@stageflow/tool-executor'
import { defineTool, ToolRegistry } from '@stageflow/tools'
import { z } from 'zod'

import type { Approvals } from '../src/index.ts'

/**
 * A pipeline whose stage asks, suspends with the id of its approval, and makes the same call when it is resumed. `paid` is called with
 * what is paid. Each graph has its own executor, as each process has.
 */
export function billsGraph(approvals: Approvals, paid: (euros: number) => void) {
  const pay = defineTool({
    name: 'pay',
    description: 'Pays a bill.',
    input: z.object({ euros: z.number().max(1_000) }),
    execute: ({ euros }) => {
      paid(euros)
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
