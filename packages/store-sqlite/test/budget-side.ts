import { sqliteBudgetStore } from '../src/sqlite-budget-store.ts'
import { untilGo } from './race.ts'

/** The task of one process: to reserve an amount for each of its calls, and to settle another one. */
export interface BudgetTask {
  readonly file: string
  readonly calls: readonly string[]
  readonly amount: number
  readonly settled: number
  readonly most: number
  /** Kills this process between the reservation of this call and its settlement. */
  readonly dieAt?: string
}

/** The calls that were reserved. */
async function work({ file, calls, amount, settled, most, dieAt }: BudgetTask): Promise<readonly string[]> {
  const store = sqliteBudgetStore({ path: file, synchronous: 'normal' })
  await untilGo()
  try {
    return calls.filter((token) => {
      const { status } = store.reserve('key', { token, amount, most, windowMs: 3_600_000 })
      if (token === dieAt) process.kill(process.pid, 'SIGKILL')
      if (status === 'reserved') store.settle('key', { token, amount: settled })
      return status === 'reserved'
    })
  } finally {
    store.close()
  }
}

const task = process.argv[2]
if (process.argv[1] === import.meta.filename && task !== undefined)
  process.stdout.write(`${JSON.stringify(await work(JSON.parse(task) as BudgetTask))}\n`)
