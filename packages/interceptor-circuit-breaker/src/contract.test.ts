import { interceptorContract } from '@stageflow/testing/contract'
import { test } from 'vitest'

import { circuitBreaker } from './index.ts'

for (const { name, run } of interceptorContract(() => circuitBreaker())) test(name, run)
for (const { name, run } of interceptorContract(() => circuitBreaker({ key: () => 'openai' })))
  test(`with a key: ${name}`, run)
