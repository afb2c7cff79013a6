import { appendFileSync, readFileSync } from 'node:fs'

import { Approvals } from '@stageflow/approvals'
import { resumeRun, type SuspendedRun } from '@stageflow/core/durable'

import { billsGraph } from '../../approvals/test/bills-graph.ts'
import { sqliteApprovalStore } from '../src/sqlite-approval-store.ts'
import { untilGo } from './race.ts'

/** The task of one process: to use approvals, or to resume a run. */
export type SideTask =
  | { readonly file: string; readonly use: { readonly owner: string; readonly ids: readonly string[] } }
  | { readonly file: string; readonly resume: { readonly state: string; readonly payments: string } }

/** `payments`: the path of a file that gets a line for each payment. */
export const paymentsGraph = (approvals: Approvals, payments: string) =>
  billsGraph(approvals, (euros) => appendFileSync(payments, `${euros}\n`))

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
    const result = await resumeRun(paymentsGraph(new Approvals({ store, waitMs: 0 }), payments), run, { pay: true })
    return result.status === 'cancelled' ? result.reason : result.data.pay
  } finally {
    store.close()
  }
}

const task = process.argv[2]
if (process.argv[1] === import.meta.filename && task !== undefined)
  process.stdout.write(`${JSON.stringify(await work(JSON.parse(task) as SideTask))}\n`)
