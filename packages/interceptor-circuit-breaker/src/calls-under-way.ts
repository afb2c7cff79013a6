import type { InterceptorContext, PipelineInfo, RunContext, StageInfo } from '@stageflow/core'

import type { Circuit } from './circuit.ts'

/** A call that has not answered yet. */
export interface Call {
  readonly circuit: Circuit
  /** The circuit's period when it was let through. */
  readonly period: number
  readonly context: InterceptorContext
  /** The place that it has as a probe; 0: it is none. */
  readonly probe: number
  /** It has counted, or never will. */
  judged: boolean
  /** Of a probe: stops listening to its signal. */
  unlisten: (() => void) | undefined
  before: Call | undefined
  after: Call | undefined
}

/**
 * The calls of one stage that have not answered, in any run: how one is found that never will. A list through the calls
 * themselves, since every asynchronous call is put in and taken out, and hardly any is looked for.
 */
export class StageCalls {
  #first: Call | undefined

  get none(): boolean {
    return this.#first === undefined
  }

  add(call: Call): void {
    const after = this.#first
    if (after !== undefined) after.before = call
    call.after = after
    this.#first = call
  }

  remove(call: Call): void {
    const { before, after } = call
    if (before !== undefined) before.after = after
    else if (this.#first === call) this.#first = after
    if (after !== undefined) after.before = before
    call.before = call.after = undefined
  }

  /** Those of one run. */
  of(run: RunContext): readonly Call[] {
    const found: Call[] = []
    for (let call = this.#first; call !== undefined; call = call.after) if (call.context.run === run) found.push(call)
    return found
  }
}

/** The calls under way of all stages that one interceptor stands around. */
export class CallsUnderWay {
  /** Weak: an interceptor may outlive many graphs. */
  readonly #byPipeline: WeakMap<PipelineInfo, Map<string, StageCalls>> = new WeakMap()

  ofStage({ pipeline, name }: StageInfo): StageCalls {
    let stages = this.#byPipeline.get(pipeline)
    if (stages === undefined) this.#byPipeline.set(pipeline, (stages = new Map()))
    const calls = new StageCalls()
    stages.set(name, calls)
    return calls
  }

  /** Takes out those of one stage of one run. */
  take(run: RunContext, stage: string): readonly Call[] {
    const calls = this.#byPipeline.get(run.pipeline)?.get(stage)
    const taken = calls?.of(run) ?? []
    for (const call of taken) calls?.remove(call)
    return taken
  }
}
