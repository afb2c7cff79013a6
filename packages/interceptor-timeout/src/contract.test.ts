import { interceptorContract } from '@stageflow/testing/contract'
import { test } from 'vitest'
import { timeout } from './index.ts'

for (const { name, run } of interceptorContract(() => timeout({ timeoutMs: 1_000, idleTimeoutMs: 900 })))
  test(name, run)
