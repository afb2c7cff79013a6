import { interceptorContract } from '@stageflow/testing/contract'
import { test } from 'vitest'

import { metrics } from './metrics.ts'

for (const { name, run } of interceptorContract(() => metrics())) test(name, run)
