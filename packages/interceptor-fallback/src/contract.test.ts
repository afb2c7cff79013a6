import type { Interceptor } from '@stageflow/core'
import { interceptorContract } from '@stageflow/testing/contract'
import { describe, test } from 'vitest'
import { fallback } from './index.ts'

/** Gives every stage two ways. */
function fallbackAlways(): Interceptor {
  const made = fallback()
  const options = { fallback: { ways: ['main', 'spare'] } }
  return { ...made, wrap: (next, stage) => made.wrap?.(next, { ...stage, options }) ?? next }
}

describe.each([
  ['stages without the option', () => fallback()],
  ['stages with two ways', fallbackAlways],
])('%s', (_, make) => {
  for (const { name, run } of interceptorContract(make)) test(name, run)
})
