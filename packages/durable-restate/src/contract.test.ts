import { executorContract } from '@stageflow/testing/durable/contract'
import { describe, test } from 'vitest'
import { RestateExecutors } from '../test/contract-executor.ts'

describe('the executor of Restate keeps the contract, on a real server', () => {
  for (const { name, run } of executorContract(() => RestateExecutors.open(), { pipelines: 3 }))
    test(name, run, 120_000)
})
