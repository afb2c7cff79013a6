import type { Host, Loop, OpenCall, Overdue, Stopper } from '../call/host.ts'
import type { Cleanup } from '../contract/context.ts'
import type { Output } from '../contract/output.ts'
import type { Fields } from '../contract/snapshot-fields.ts'
import type { AllRunOptions, BuiltGraph } from '../graph/graph.ts'
import { RunFacts } from '../report/run-facts.ts'
import type { ParentLink } from '../report/run-facts.ts'
import type { LiveRunContext } from '../run/run-context.ts'
import type { RunParts } from '../run/run-interceptors.ts'
import { PipelineRun } from '../run/run.ts'
import type { LegRun } from './leg-run.ts'

/**
 * A durable run as the calls of its stages see it. The loop learns of a call only by its one fact. Limits, attempts and waits
 * stay inside the call, and child runs that code starts run in place.
 */
export class CallHost implements Host, Loop {
  calls: (OpenCall | undefined)[] | undefined
  checked: Promise<Output> | undefined
  readonly #run: LegRun

  constructor(run: LegRun) {
    this.#run = run
  }

  get facts(): RunFacts {
    return this.#run.facts
  }
  get loop(): this {
    return this
  }
  get context(): LiveRunContext {
    return this.#run.context
  }
  get parts(): RunParts | undefined {
    return this.#run.parts
  }
  get stopping(): Stopper {
    return this.#run.stopping
  }
  get stoppingIfAny(): Stopper | undefined {
    return this.#run.stoppingIfAny
  }
  abortOf(stage: number): ReturnType<Host['abortOf']> {
    return this.#run.abortOf(stage)
  }
  callKey(stage: string, suffix?: string): string {
    const { pump } = this.#run
    return `${pump.executor.start.runId}/${this.#run.key(stage, 1, suffix)}`
  }
  onRecorded(stage: string, callback: () => void, suffix?: string): void {
    this.#run.pump.onRecorded(this.#run.key(stage, 1, suffix), () => {
      try {
        callback()
      } catch (error) {
        this.context.problem(error)
      }
    })
  }
  onCleanup(stage: number, cleanup: Cleanup): void {
    this.#run.onCleanup(stage, cleanup)
  }
  childRun(graph: BuiltGraph, input: Fields, options: AllRunOptions, parent: ParentLink): PipelineRun {
    const run = this.#run
    return new PipelineRun(
      new RunFacts(graph, run.withChildId(input, parent), options, parent, run.facts.events?.listener),
    )
  }

  now(): number {
    return this.facts.clock.now()
  }
  codeBegins(): number {
    return this.now()
  }
  /** A call between layers answers itself, and no call of a durable run is the stage's only one. */
  settle(): void {}
  /** The fact of a call says that its code has left, unless the leg is over. */
  codeReturned(stage: number): void {
    if (this.#run.pump.isOver) this.#run.loop.codeReturned(stage)
  }
  /** A waiting call keeps its slot: when it would get one again isn't recorded. */
  park(): void {}
  async unpark(): Promise<void> {}
  overdue(limit: Overdue): void {
    limit.call.expire(limit)
  }
}
