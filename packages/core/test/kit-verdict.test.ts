import { expect, test } from 'vitest'
import { StageOutput, StageflowError } from '../src/index.ts'
import type { StageInfo } from '../src/index.ts'
import { isVerdict } from '../src/kit.ts'

const GUARD = { kind: 'guard' } as StageInfo
const failedWith = (code: string) => StageOutput.fail(new StageflowError(code, 'no'), { retryable: true })

test.each(['timeout/timed-out', 'retry/exhausted', 'retry/wait-too-long', 'circuit-breaker/open', 'auth/forbidden'])(
  'a GUARD for which an interceptor answers %s gave no verdict',
  (code) => {
    expect(isVerdict(GUARD, failedWith(code))).toBe(false)
  },
)

test.each(['acme/blocked', 'core/output-schema', 'timeouts/too-many'])(
  'a GUARD that returns fail with the code %s gives a verdict',
  (code) => {
    expect(isVerdict(GUARD, failedWith(code))).toBe(true)
  },
)
