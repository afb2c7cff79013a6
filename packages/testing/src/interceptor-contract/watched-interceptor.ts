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
  readonly reached: number
}

/** Sees what goes into an interceptor and what comes out. */
export interface Watch extends Spy {
  readonly answers: Answer[]
}

interface OpenCall {
  inner: StageOutput | undefined
  /** How often the stage inside the interceptor was reached. */
  reached: number
}

/**
 * Puts the interceptor between two that record its answers and those inside it. They wrap nothing, so a stage that the interceptor
 * doesn't wrap stays unwrapped.
 */
export function watched(subject: Interceptor, watch: Watch, globals: WatchedGlobals): readonly Interceptor[] {
  /** Calls are identified by stage and run, because a run calls a stage once at a time. */
  const openCalls = new WeakMap<StageInfo, WeakMap<RunContext, OpenCall>>()
  const outside: Interceptor = {
    name: 'contract/outside',
    onCall(stage) {
      const byRun = new WeakMap<RunContext, OpenCall>()
      openCalls.set(stage, byRun)
      return ({ run }) => {
        const call: OpenCall = { inner: undefined, reached: 0 }
        byRun.set(run, call)
        // Read at the end: `inner` and `reached` are set meanwhile.
        return { ended: (outer) => void watch.answers.push({ stage: stage.name, ...call, outer }) }
      }
    },
  }
  const inside: Interceptor = {
    name: 'contract/inside',
    onCall: (stage) => (context) => {
      const call = openCalls.get(stage)?.get(context.run)
      if (call === undefined) return undefined
      call.reached++
      return { ended: (inner) => void (call.inner = inner) }
    },
  }
  return [outside, new Membrane(watch, globals).around(subject), inside]
}
