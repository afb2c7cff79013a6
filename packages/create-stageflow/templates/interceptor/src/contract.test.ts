import { test } from 'node:test'
import { interceptorContract } from '@stageflow/testing/contract'
import { templateName } from './index.ts'

// Each case makes a new interceptor, and fails if it breaks a rule that holds for every interceptor.
for (const { name, run } of interceptorContract(() => templateName({ onSlow: () => {} }))) test(name, run)
