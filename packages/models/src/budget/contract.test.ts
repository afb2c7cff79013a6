import { interceptorContract } from '@stageflow/testing/contract'
import { test } from 'vitest'
import { memoryBudgetStore, modelBudget } from '../index.ts'

const limits = { perRun: { maxRequests: 5 }, perOrg: { maxTokens: 5, windowMs: 1_000 } }

for (const { name, run } of interceptorContract(() => modelBudget({ ...limits, store: memoryBudgetStore() })))
  test(name, run)
