import { test } from 'node:test'
import { interceptorContract } from '@stageflow/testing/contract'
import { templateName } from './index.ts'

// Each case makes a new interceptor, and fails if it breaks a rule that holds for every interceptor. If yours limits calls, or answers them
// itself, say with which input it lets run number `run` through: interceptorContract(make, { input: (run) => ({ userId: `user-${run}` }) }).
for (const { name, run } of interceptorContract(() => templateName({ onSlow: () => {} }))) test(name, run)
