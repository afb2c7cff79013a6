import { interceptorContract } from '@stageflow/testing/contract'
import { test } from 'vitest'

import { childTracker } from './index.ts'

for (const { name, run } of interceptorContract(() => childTracker())) test(name, run)
