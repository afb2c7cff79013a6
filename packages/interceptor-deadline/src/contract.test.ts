import type { Interceptor } from '@stageflow/core'
import { interceptorContract } from '@stageflow/testing/contract'
import { describe, test } from 'vitest'
import { deadline } from './index.ts'

/** Checks every call. Failures count in the runs of the contract, so that the option itself would be refused. */
function checkingAlways(): Interceptor {
  const checking = deadline()
  const budgeted = { tolerated: true, options: { deadlineBudget: { expectedMs: 1 } } }
  return { ...checking, onCall: (stage) => checking.onCall?.({ ...stage, ...budgeted }) }
}

describe.each([
  ['stages without a budget', () => deadline()],
  ['stages with a budget and time enough', checkingAlways],
])('%s', (_, make) => {
  for (const { name, run } of interceptorContract(make)) test(name, run)
})
