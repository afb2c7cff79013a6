import { MOST_BEHIND } from '../base/bounds.ts'
import { checkArgumentCount } from '../base/argument-count.ts'
import { branded } from '../base/check.ts'
import type { OneCopy } from '../base/check.ts'
import { StageflowError, textOf } from '../base/errors.ts'
import { show, someOf } from '../base/show.ts'
import type { PipelineInfo } from '../contract/graph-info.ts'
import type { RunOptions } from '../contract/run-context.ts'
import { isStageEvent } from '../contract/events.ts'
import type { StageflowEvent } from '../contract/events.ts'
import type { AsyncDisposal, FailedResult, PipelineResult, Run } from '../contract/results.ts'
import type { RunInput } from '../contract/snapshot-fields.ts'
import { inputFields } from '../contract/snapshot.ts'
import type { ContextSnapshot } from '../contract/snapshot.ts'
// This order decides that of the modules in a bundle. In this one gzip finds more of what they share.
import { PipelineRun } from '../run/run.ts'
import { interruptedFor } from '../run/stopping.ts'
import { checkRunOptions } from '../graph/graph.ts'
import type { BuiltGraph } from '../graph/graph.ts'
import { asResult, failureOf } from '../report/outcome.ts'
import type { Outcome } from '../report/outcome.ts'
import type { Listener } from '../report/run-events.ts'
import { RunFacts } from '../report/run-facts.ts'

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
    new PipelineRun(new RunFacts(graph, inputFields(input), checkRunOptions(graph, options), noParent, listener))
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

/** An event and the link after it. The last link is empty until the next event comes. */
interface Link {
  event?: StageflowEvent
  next?: Link
}

/**
 * Keeps a run's events for its readers, as a chain: each reader has its own place in it. The first reader gets all events that are kept, a
 * later one only new events. Until a reader begins, chunks don't wait, so only the last events are kept.
 */
class EventFeed implements Listener {
  /** How many events are gone that came before the first reader. */
  missed = 0
  readonly #readers = new Set<Reader>()
  #last: Link = {}
  /** The first event that is kept; undefined once a reader has begun. */
  #first: Link | undefined = this.#last
  #count = 0
  #ended = false
  #change: PromiseWithResolvers<void> | undefined

  take(event: StageflowEvent): void {
    this.#last.event = event
    this.#last = this.#last.next = {}
    this.#count++
    if (this.#first !== undefined && this.#count - this.missed > MOST_BEHIND) {
      this.#first = this.#first.next
      this.missed++
    }
    this.#changed()
  }

  end(): void {
    this.#ended = true
    this.#changed()
  }

  room(): Promise<void> | undefined {
    for (const reader of this.#readers) if (this.#isBehind(reader)) return this.#roomFor(reader)
    return undefined
  }

  async #roomFor(reader: Reader): Promise<void> {
    while (this.#isBehind(reader)) await this.#nextChange()
  }

  #isBehind(reader: Reader): boolean {
    return !this.#ended && this.#readers.has(reader) && this.#count - reader.count >= MOST_BEHIND
  }

  read(): AsyncIterator<StageflowEvent> {
    const reader: Reader = this.#first
      ? { at: this.#first, count: this.missed }
      : { at: this.#last, count: this.#count }
    this.#first = undefined
    this.#readers.add(reader)
    return {
      next: () => this.#next(reader),
      return: () => {
        this.#readers.delete(reader)
        this.#changed()
        return this.#next(reader)
      },
    }
  }

  async #next(reader: Reader): Promise<IteratorResult<StageflowEvent>> {
    while (this.#readers.has(reader)) {
      const { event, next } = reader.at
      if (event !== undefined && next !== undefined) {
        reader.at = next
        reader.count++
        this.#changed()
        return { done: false, value: event }
      }
      if (this.#ended) break
      await this.#nextChange()
    }
    return { done: true, value: undefined }
  }

  /** Resolves when an event comes or is read, when a reader leaves, and at the end of the run. */
  #nextChange(): Promise<void> {
    return (this.#change ??= Promise.withResolvers()).promise
  }
  #changed(): void {
    this.#change?.resolve()
    this.#change = undefined
  }
}

/** How far a reader is. */
interface Reader {
  /** The event that it reads next. */
  at: Link
  /** How many events came before that. */
  count: number
}

/** The chunks of one stage among the events of its run and of child runs. After the last one it ends as the run ends. */
function chunksIn(
  events: AsyncIterator<StageflowEvent>,
  stage: string,
  runId: string,
  ended: Promise<unknown>,
): AsyncIterableIterator<unknown> {
  let hasLeft = false
  return {
    async next() {
      for (;;) {
        const { done, value: event } = await events.next()
        if (done === true) break
        const isChunk = event.pipelineRunId === runId && event.stage === stage && isStageEvent(event, 'chunk')
        // What an item of a map yields isn't a chunk of the map.
        if (isChunk && event.data.index === undefined) return { done: false, value: event.data.chunk }
      }
      if (!hasLeft) await ended
      return { done: true, value: undefined }
    },
    async return() {
      hasLeft = true
      await events.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

const reasonOf = (given: unknown): string => textOf(given ?? 'no reason was given')

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
  const disposal = (asyncDispose && { [asyncDispose]: dispose }) as AsyncDisposal
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
      run.cancel(reasonOf(reason))
    },
    interrupt(reason, data) {
      const text = reasonOf(reason)
      run.stopping.interrupt(text, interruptedFor(text, data))
    },
    chunks(stage) {
      checkArgumentCount(arguments.length, 1, 'chunks(stage)')
      const { graph, pipelineRunId } = run.facts
      if (graph.indexOf(stage) === undefined)
        throw new StageflowError(
          'core/unknown-stage',
          `run.chunks(${show(stage)}): the stages of "${graph.name}" are ${someOf(graph.names)}.`,
        )
      return chunksIn(feed.read(), stage, pipelineRunId, result) as AsyncIterableIterator<never>
    },
    [Symbol.asyncIterator]: () => feed.read(),
    ...disposal,
  }
}
