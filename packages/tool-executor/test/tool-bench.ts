import { manualClock, type ManualClock } from '@stageflow/testing'
import { afterEach, expect } from 'vitest'

import { ToolRegistry, type AnyTool, type ExecutedCall } from '../../tools/src/index.ts'
import { ToolExecutor, type ExecuteOptions, type ToolExecutorOptions } from '../src/index.ts'

export { tool } from '../../tools/test/any-tool.ts'

export interface BenchEvent {
  readonly type: string
  readonly data: any
}

/** What tests of the executor share: a clock, a registry, and what was emitted. */
export interface Bench {
  readonly clock: ManualClock
  readonly events: BenchEvent[]
  readonly executor: ToolExecutor
  readonly registry: ToolRegistry<any>
  readonly types: () => readonly string[]
  readonly of: (type: string) => readonly any[]
  /** Makes one call and answers its result. */
  readonly call: (name: string, input?: object, options?: ExecuteOptions & { callId?: string }) => Promise<ExecutedCall>
  /** Makes calls of `[name, input]`. */
  readonly calls: (
    calls: readonly (readonly [name: string, input?: object, callId?: string])[],
    options?: ExecuteOptions,
  ) => Promise<readonly ExecutedCall[]>
}

export function bench(
  tools: readonly AnyTool[],
  options: ToolExecutorOptions = {},
  clock: ManualClock = manualClock(),
): Bench {
  const events: BenchEvent[] = []
  const executor = new ToolExecutor({ clock, random: () => 1, ...options })
  const registry = new ToolRegistry({ tools })
  const calls: Bench['calls'] = async (list, callOptions = {}) => {
    const { resolved, unresolved } = await registry.parseAndResolve(
      list.map(([name, input = {}, id], index) => ({ id: id ?? `call-${index}`, name, arguments: input })),
    )
    if (unresolved.length > 0) throw new Error(JSON.stringify(unresolved))
    return executor.execute(resolved, {
      clock,
      ids: { pipelineRunId: 'run-1' },
      eventEmitter: (type, data) => events.push({ type, data }),
      ...callOptions,
    })
  }
  return {
    clock,
    events,
    executor,
    registry,
    types: () => events.map(({ type }) => type),
    of: (type) => events.filter((event) => event.type === type).map(({ data }) => data),
    calls,
    call: async (name, input = {}, { callId = 'call-0', ...callOptions } = {}) =>
      (await calls([[name, input, callId]], callOptions))[0] as ExecutedCall,
  }
}

/** `bench` for one test file: after each test, no clock has a timer left, and `check` holds. Call it once. */
export function trackedBench(check: (made: Bench) => void = () => {}): typeof bench {
  let made: Bench[] = []
  afterEach(() => {
    for (const each of made) {
      expect(each.clock.timers).toEqual([])
      check(each)
    }
    made = []
  })
  return (tools, options) => {
    const one = bench(tools, options)
    made.push(one)
    return one
  }
}

/** A promise, and what settles it. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

export function deferred<T = void>(): Deferred<T> {
  return Promise.withResolvers<T>()
}

/** Settles when the signal aborts, by rejecting: how a handler should behave. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
