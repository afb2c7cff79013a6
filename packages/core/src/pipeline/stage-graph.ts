import { checkArgumentCount } from '../base/argument-count.ts'
import { branded } from '../base/check.ts'
import type { OneCopy } from '../base/check.ts'
import { textOf } from '../base/errors.ts'
import type { PipelineInfo, RunOptions } from '../contract/context.ts'
import type { StageflowEvent } from '../contract/events.ts'
import type { AsyncDisposal, FailedResult, PipelineResult, Run } from '../contract/results.ts'
import type { RunInput } from '../contract/snapshot-fields.ts'
import { inputFields } from '../contract/snapshot.ts'
import type { ContextSnapshot } from '../contract/snapshot.ts'
import { NO_RUN_OPTIONS, checkRunOptions } from '../graph/graph.ts'
import type { BuiltGraph } from '../graph/graph.ts'
import { asResult, failureOf } from '../report/outcome.ts'
import type { Outcome } from '../report/outcome.ts'
import type { Listener } from '../report/run-events.ts'
import { RunFacts } from '../report/run-facts.ts'
import { PipelineRun } from '../run/run.ts'

export type RunArguments<Ports> = {} extends Ports
  ? [options?: RunOptions & { readonly ports?: Ports }]
  : [options: RunOptions & { readonly ports: Ports }] | MissingPorts<Exclude<keyof Ports, never>>
/** A type that accepts no argument. It lets the compiler name the missing ports instead of counting arguments. */
type MissingPorts<Names> = [] & { readonly 'missing ports': Names }

/** A built pipeline. It is immutable, so any number of runs may use it at once. `Ports` are the ports that `run` still needs. */
export interface StageGraph<out Stages, Ports> extends GraphMembers<Stages, Ports> {
  readonly [Symbol.species]: OneCopy<(ports: Ports) => void>
}

/** A graph, whatever its stages and ports are. */
export type NamedGraph = Pick<StageGraph<unknown, unknown>, 'name' | 'info'>

interface GraphMembers<out Stages, Ports> {
  readonly name: string
  readonly info: PipelineInfo
  /**
   * Runs the pipeline. Resolves with a `completed` or `cancelled` result; rejects with a `PipelineFailedError`, which has the
   * failed one in `result`.
   */
  readonly run: (input?: RunInput | ContextSnapshot, ...options: RunArguments<Ports>) => Promise<PipelineResult<Stages>>
  /** Like `run`, but a failed run resolves too. Rejects only if the run can't start. */
  readonly runSettled: (
    input?: RunInput | ContextSnapshot,
    ...options: RunArguments<Ports>
  ) => Promise<PipelineResult<Stages> | FailedResult<Stages>>
  /**
   * Starts a run and returns a handle with its events and chunks, its result, and `cancel`. Leaving a `for await` over it
   * doesn't cancel the run: call `run.cancel(reason)`, or declare it with `await using`, which cancels it at the end of the
   * block. A reader that is 1,000 events behind holds back chunks until it reads on, or `return()` is called on its iterator.
   * Until a reader begins, the last 1,000 events are kept; `missed` counts those before them.
   */
  readonly start: (input?: RunInput | ContextSnapshot, ...options: RunArguments<Ports>) => Run<Stages>
}

const graphs = new WeakMap<object, BuiltGraph>()

/** The engine's graph of a `StageGraph`; undefined for any other value. */
export const builtGraphOf = (value: unknown): BuiltGraph | undefined => graphs.get(value as object)

/**
 * Makes the public `StageGraph` of a built graph. Its functions don't use `this`, so they can be destructured. If the input or an
 * option is illegal, `run` and `runSettled` reject, because the executor of their promise throws, and `start` throws.
 */
export function asStageGraph(graph: BuiltGraph): StageGraph<unknown, unknown> {
  const noParent = undefined
  const runOf = (input: object | undefined, options: object | undefined, listener?: Listener): PipelineRun =>
    new PipelineRun(
      new RunFacts(
        graph,
        inputFields(input),
        options === undefined ? NO_RUN_OPTIONS : checkRunOptions(graph, options),
        noParent,
        listener,
      ),
    )
  const made = branded({
    name: graph.name,
    info: graph.info,
    run(input?: object, options?: object): Promise<Outcome> {
      const count = arguments.length
      return new Promise((resolve, reject) => {
        checkArgumentCount(count, 2, 'run(input, options)')
        runOf(input, options).open((outcome) => {
          if (outcome.status === 'failed') reject(failureOf(outcome))
          else resolve(outcome)
        })
      })
    },
    runSettled(input?: object, options?: object): Promise<Outcome> {
      const count = arguments.length
      return new Promise((resolve) => {
        checkArgumentCount(count, 2, 'runSettled(input, options)')
        runOf(input, options).open(resolve)
      })
    },
    start(input?: object, options?: object): unknown {
      checkArgumentCount(arguments.length, 2, 'start(input, options)')
      const feed = new EventFeed()
      return openHandle(runOf(input, options, feed), feed)
    },
  })
  graphs.set(made, graph)
  return Object.freeze(made) as unknown as StageGraph<unknown, unknown>
}

/** How many events a reader may be behind before chunks wait for it, and how many are kept until a reader begins. */
const MOST_BEHIND = 1_000

/**
 * Keeps a run's events for its readers. The first reader gets all events that are kept, a later one only new events. Until a
 * reader begins, chunks don't wait, so only the last events are kept.
 */
class EventFeed implements Listener {
  /** How many events are gone that came before the first reader. */
  missed = 0
  readonly #readers = new Set<Reader>()
  /** Events from before the first reader. */
  #early: StageflowEvent[] | undefined = []
  #ended = false

  take(event: StageflowEvent): void {
    if (this.#early !== undefined) this.#keep(this.#early, event)
    for (const reader of this.#readers) reader.put(event)
  }

  #keep(early: StageflowEvent[], event: StageflowEvent): void {
    early.push(event)
    if (early.length <= MOST_BEHIND) return
    early.shift()
    this.missed++
  }

  room(): Promise<void> | undefined {
    for (const reader of this.#readers) {
      if (reader.behind >= MOST_BEHIND) return reader.room()
    }
    return undefined
  }

  end(): void {
    this.#ended = true
    for (const reader of this.#readers) reader.end()
  }

  read(): AsyncIterator<StageflowEvent> {
    const reader = new Reader(this.#early ?? [], () => this.#readers.delete(reader))
    this.#early = undefined
    if (this.#ended) reader.end()
    else this.#readers.add(reader)
    return reader
  }
}

class Reader implements AsyncIterator<StageflowEvent> {
  #events: StageflowEvent[]
  #next = 0
  #ended = false
  #waiting: ((step: IteratorResult<StageflowEvent>) => void)[] = []
  #room: (() => void)[] = []
  readonly #leave: () => void

  constructor(events: StageflowEvent[], leave: () => void) {
    this.#events = events
    this.#leave = leave
  }

  get behind(): number {
    return this.#events.length - this.#next
  }

  put(event: StageflowEvent): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#events.push(event)
    else waiting({ done: false, value: event })
  }

  room(): Promise<void> {
    return new Promise((resolve) => this.#room.push(resolve))
  }

  end(): void {
    this.#ended = true
    for (const waiting of this.#waiting.splice(0)) waiting({ done: true, value: undefined })
    this.#makeRoom()
  }

  next(): Promise<IteratorResult<StageflowEvent>> {
    const event = this.#events[this.#next]
    if (event !== undefined) {
      this.#next++
      if (this.#next === this.#events.length || (this.#next >= MOST_BEHIND && 2 * this.#next >= this.#events.length)) {
        this.#events = this.#events.slice(this.#next)
        this.#next = 0
      }
      if (this.behind < MOST_BEHIND) this.#makeRoom()
      return Promise.resolve({ done: false, value: event })
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  return(): Promise<IteratorResult<StageflowEvent>> {
    this.#leave()
    this.#events = []
    this.#next = 0
    this.end()
    return this.next()
  }

  #makeRoom(): void {
    for (const resolve of this.#room.splice(0)) resolve()
  }
}

/** Opens a run and returns its handle. */
function openHandle(run: PipelineRun, feed: EventFeed): Run<unknown> {
  const settled = new Promise<Outcome>((resolve) => run.open(resolve)).then((outcome) => {
    feed.end()
    return asResult(outcome)
  })
  const result = settled.then((ended) => {
    if (ended.status === 'failed') throw failureOf(ended as unknown as Outcome)
    return ended
  })
  // Reading only `settled` must not cause an unhandled rejection.
  result.catch(() => {})
  const dispose = async (): Promise<void> => {
    run.cancel('its block was left (await using)')
    await settled
  }
  // Some browsers don't have the symbol yet.
  const { asyncDispose } = Symbol as { asyncDispose?: symbol }
  const disposal = (asyncDispose ? { [asyncDispose]: dispose } : {}) as AsyncDisposal
  return {
    pipelineRunId: run.facts.pipelineRunId,
    settled,
    result,
    get missed() {
      return feed.missed
    },
    // Ignores further arguments, because it has no options, and emitters pass two: `process.on('SIGTERM', run.cancel)`. An error would
    // end the process instead of the run.
    cancel(reason) {
      run.cancel(textOf(reason ?? 'no reason was given'))
    },
    [Symbol.asyncIterator]: () => feed.read(),
    ...disposal,
  }
}
