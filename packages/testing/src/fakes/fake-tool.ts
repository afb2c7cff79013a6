import type { Clock } from '@stageflow/core'
import { FAKE_RULES, fakeCalls } from './fake-calls.ts'
import type { FakeCall, FakeCallOptions, FakeOptions, FakeScript } from './fake-calls.ts'

/** A fake tool, or any other asynchronous function. */
export interface FakeTool<Input, Output> {
  (input: Input, options?: FakeCallOptions): Promise<Output>
  /** Every call so far, in order. */
  readonly calls: readonly FakeCall<Input>[]
}

/**
 * Makes a function that answers as scripted, for the `execute` of a tool or for a port. Throws `testing/script-ended` if it is
 * called more often than its script has answers.
 */
export function fakeTool<Input = unknown, Output = unknown>(
  clock: Clock,
  script: FakeScript<Input, Output>,
  options: FakeOptions = {},
): FakeTool<Input, Output> {
  const calls = fakeCalls('fakeTool', clock, script, options, FAKE_RULES)
  const execute = (input: Input, callOptions?: FakeCallOptions): Promise<Output> =>
    calls.whole(input, callOptions, ({ answer }) => answer)
  return Object.defineProperty(execute, 'calls', { get: () => calls.all, enumerable: true }) as FakeTool<Input, Output>
}
