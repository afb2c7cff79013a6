import { interceptorContract } from '@stageflow/testing'
import { test } from 'vitest'
import { retry } from './index.ts'

for (const { name, run } of interceptorContract(() => retry())) test(name, run)
