import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { interceptorContract } from '@stageflow/testing/contract'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { withContextManager } from '../test/span-recorder.ts'
import { tracing } from './index.ts'

describe('without an SDK', () => {
  for (const { name, run } of interceptorContract(() => tracing())) test(name, run)
})

describe('with an SDK and asynchronous contexts', () => {
  let end: () => void
  beforeAll(() => {
    end = withContextManager()
  })
  afterAll(() => end())
  // It keeps no spans, because the contract sees memory that grows.
  const provider = new BasicTracerProvider()
  for (const { name, run } of interceptorContract(() => tracing({ tracerProvider: provider }))) test(name, run)
})
