import { Pipeline } from '@stageflow/core'
import { callModel, modelBudget } from '@stageflow/models'
import type { Model } from '@stageflow/models'

import { sqliteBudgetStore } from '../src/sqlite-budget-store.ts'
import { untilGo } from './race.ts'

/** The task of one process: to ask a model in several runs, some at once. */
export interface ModelTask {
  readonly file: string
  readonly runs: number
  readonly maxTokens: number
  /** Kills this process in the middle of the answer of this run. */
  readonly dieAt?: number
}

/** A request may take 20 tokens, and takes 11. */
function modelOf(dies: boolean): Model<string> {
  return {
    id: 'large',
    provider: 'test',
    async *stream() {
      yield { text: 'Hello' }
      if (dies) process.kill(process.pid, 'SIGKILL')
      await new Promise((resolve) => setTimeout(resolve, 1))
      yield { finishReason: 'stop', usage: { inputTokens: 10, outputTokens: 1 } }
    },
    size: () => ({ inputTokens: 10, maxOutputTokens: 10 }),
  }
}

/** How many requests were made. */
async function work({ file, runs, maxTokens, dieAt }: ModelTask): Promise<number> {
  const store = sqliteBudgetStore({ path: file, synchronous: 'normal' })
  const budget = modelBudget({ perUser: { maxTokens, windowMs: 3_600_000 }, store })
  const graphOf = (run: number) =>
    new Pipeline('chat')
      .withStage('ask', async function* (context) {
        return yield* callModel(context, 'Hi', { models: [modelOf(run === dieAt)] })
      })
      .build({ interceptors: [budget] })
  await untilGo()
  try {
    let made = 0
    for (let run = 0; run < runs; run += 5) {
      const five = Array.from({ length: 5 }, (_, place) => graphOf(run + place).runSettled({ userId: 'ada' }))
      made += (await Promise.all(five)).filter(({ status }) => status === 'completed').length
    }
    return made
  } finally {
    store.close()
  }
}

const task = process.argv[2]
if (process.argv[1] === import.meta.filename && task !== undefined)
  process.stdout.write(`${JSON.stringify(await work(JSON.parse(task) as ModelTask))}\n`)
