import { interceptorContract } from '@stageflow/testing/contract'
import { test } from 'vitest'
import { timeout } from './index.ts'

for (const { name, run } of interceptorContract(() => timeout({ ms: 1_000, idleMs: 900 }))) test(name, run)
