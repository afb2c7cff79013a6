import { interceptorContract } from '@stageflow/testing/contract'
import { test } from 'vitest'
import { retry } from './index.ts'

for (const { name, run } of interceptorContract(() => retry())) test(name, run)
