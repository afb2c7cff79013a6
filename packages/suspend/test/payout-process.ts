import { readFileSync, writeFileSync } from 'node:fs'
import { Pipeline, StageOutput } from '@stageflow/core'
import { resume, suspendedState } from '@stageflow/suspend'

// `node payout-process.ts start <file>` runs until the first question, `… answer <file> <answer>` answers the open one. Both store
// the state in the file, and print which stages they ran and how the run stands.

const ran: string[] = []
const check = new Pipeline('check')
  .withStage('limit', () => {
    ran.push('limit')
    return { limit: 9_000 }
  })
  .withStage('risk', ({ resumed }) => {
    ran.push('risk')
    return resumed === undefined ? StageOutput.suspend('risky?') : { risk: resumed.answer }
  })
const graph = new Pipeline('payout')
  .withStage('amount', ({ snapshot }) => {
    ran.push('amount')
    return { euros: Number(snapshot.inputText) }
  })
  .withStage(
    'approve',
    ({ resumed, inputs }) => {
      ran.push('approve')
      return resumed === undefined
        ? StageOutput.suspend(`pay ${inputs.from('amount').euros}?`)
        : { by: resumed.answer, pid: process.pid }
    },
    { dependencies: ['amount'] },
  )
  .withPipeline('check', check)
  .withStage(
    'pay',
    ({ inputs }) => {
      ran.push('pay')
      return {
        paid: inputs.from('amount').euros,
        by: inputs.from('approve').by,
        risk: inputs.from('check')?.risk?.risk,
      }
    },
    { dependencies: ['amount', 'approve', 'check'] },
  )
  .build()

const [command, file = '', stage, answer] = process.argv.slice(2)
const result =
  command === 'start'
    ? await graph.run({ inputText: '5000' })
    : await resume(
        graph,
        readFileSync(file, 'utf8'),
        stage === 'approve' ? { approve: answer } : { check: { risk: answer } },
      )
if (result.status === 'suspended') writeFileSync(file, JSON.stringify(suspendedState(graph, result)))
console.log(JSON.stringify({ pid: process.pid, ran, status: result.status, data: result.data }))
