import type { Interceptor, RunContext, StageInfo, StageOutput } from '@stageflow/core'
import { Membrane, type Spy } from './membrane.ts'
import type { WatchedGlobals } from './watched-globals.ts'

/** One answer of an interceptor, and the last answer of the stage inside it. */
export interface Answer {
  readonly stage: string
  /** Undefined if the stage was not called, or answered later. */
  readonly inner: StageOutput | undefined
  readonly outer: StageOutput
  /** How often the stage was called. */
  readonly calls: number
}

/** Sees what goes into an interceptor and what comes out. */
export interface Watch extends Spy {
  readonly answers: Answer[]
}

interface SeenCall {
  inner: StageOutput | undefined
  calls: number
}

/**
 * Puts the interceptor between two that record its answers and those inside it. They wrap nothing, so a stage that the interceptor
 * doesn't wrap stays unwrapped.
 */
export function watched(subject: Interceptor, watch: Watch, globals: WatchedGlobals): readonly Interceptor[] {
  /** Calls are identified by stage and run, because a run calls a stage once at a time. */
  const seen = new WeakMap<StageInfo, WeakMap<RunContext, SeenCall>>()
  const outside: Interceptor = {
    name: 'contract/outside',
    onCall(stage) {
      const calls = new WeakMap<RunContext, SeenCall>()
      seen.set(stage, calls)
      return ({ run }) => {
        const call: SeenCall = { inner: undefined, calls: 0 }
        calls.set(run, call)
        return { ended: (outer) => void watch.answers.push({ stage: stage.name, ...call, outer }) }
      }
    },
  }
  const inside: Interceptor = {
    name: 'contract/inside',
    onCall: (stage) => (context) => {
      const call = seen.get(stage)?.get(context.run)
      if (call === undefined) return undefined
      call.calls++
      return { ended: (inner) => void (call.inner = inner) }
    },
  }
  return [outside, new Membrane(watch, globals).around(subject), inside]
}
