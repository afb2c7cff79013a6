import type { EventSink, RunContext, StageflowEvent, WaitOptions } from '@stageflow/core'
import { read, textOf } from '@stageflow/core/kit'
import { manualClock, type ManualClock } from '../clock/manual-clock.ts'
import { ContractBench, type Patience, type Waits } from '../contract-base/contract-bench.ts'
import { broken, must } from '../contract-base/contract-case.ts'
import { eventOf } from '../events/event-of.ts'
import { watchedGlobals, type WatchedGlobals } from '../interceptor-contract/watched-globals.ts'

/** An event as it arrived. A field that is missing isn't compared, except for these three and the data. */
export type ArrivedEvent = Pick<StageflowEvent, 'type' | 'seq' | 'pipelineRunId'> & { readonly data?: unknown }

/** A sink under test, and a function that returns what it delivered. */
export interface SinkUnderTest {
  readonly sink: EventSink
  /** Returns what has arrived so far, in order. Called after the promise of `emit`, `flush` or `close`. */
  readonly arrived: () => readonly ArrivedEvent[] | Promise<readonly ArrivedEvent[]>
  /** Makes what is behind the sink hang from now on. Without it, no case tests that `close` keeps its limit then. */
  readonly hang?: () => void
  /**
   * What arrives of an event's data: all of it as JSON holds it, only its facts (`eventFacts` of `@stageflow/core/kit`), or none.
   * Default: `all`.
   */
  readonly data?: 'all' | 'facts' | 'none'
  /** How many events the sink has counted as dropped, such as `sink.stats().dropped`. Default: none, so all that it accepts must arrive. */
  readonly dropped?: () => number
}

/** Makes a new sink for each case. The sink takes its time from `clock`. */
export type CreateSink = (clock: ManualClock) => SinkUnderTest | Promise<SinkUnderTest>

type Following = Pick<EventSink, 'chunks' | 'onRun'>
/** A sink that has all methods for events. */
type WholeSink = Required<Omit<EventSink, 'core' | keyof Following>> & Following

/** Runs a case of the sink contract. */
export class SinkBench extends ContractBench {
  /** The sink under test. The global timers and times that it uses are watched. */
  readonly sink: WholeSink
  readonly hang: SinkUnderTest['hang']
  readonly data: NonNullable<SinkUnderTest['data']>
  readonly dropped: () => number
  readonly globals: WatchedGlobals
  readonly #arrived: SinkUnderTest['arrived']
  readonly #unwatched: EventSink

  static async make(create: CreateSink, patience?: Patience, waits?: Waits): Promise<SinkBench> {
    const clock = manualClock()
    const globals = watchedGlobals()
    try {
      const made = (await globals.within(() => create(clock))) as SinkUnderTest | undefined
      must(
        typeof made?.sink?.emit === 'function' &&
          typeof made.sink.tryEmit === 'function' &&
          typeof made.arrived === 'function',
        'create() must return { sink, arrived } for sinkContract: a sink with emit(event) and tryEmit(event), and a function that returns the events that came out of it.',
      )
      return new SinkBench(made, globals, clock, patience, waits)
    } catch (error) {
      globals.close()
      throw error
    }
  }

  private constructor(
    { sink, arrived, hang, data = 'all', dropped = () => 0 }: SinkUnderTest,
    globals: WatchedGlobals,
    ...given: ConstructorParameters<typeof ContractBench>
  ) {
    super(...given)
    this.sink = watched(sink, globals)
    this.#unwatched = sink
    this.hang = hang
    this.data = data
    this.dropped = dropped
    this.globals = globals
    this.#arrived = arrived
  }

  /** Waits for what the sink returned, a promise or not. Rejects the case if it rejects. */
  async settles<T>(given: PromiseLike<T> | T, what: string): Promise<T> {
    const promise = Promise.resolve(given)
    await this.ends(
      promise.then(undefined, () => {}),
      `${what} did not settle`,
      ` ${RESOLVE}`,
    )
    try {
      return await promise
    } catch (error) {
      throw broken(`${what} rejected: ${textOf(error)} ${RESOLVE}`, error)
    }
  }

  /** Emits without waiting. A correct sink returns a promise or undefined. */
  emit(event: StageflowEvent): unknown {
    try {
      return this.sink.emit(event)
    } catch (error) {
      throw broken(
        `emit(${event.type}) threw: ${textOf(error)} Count an event that you cannot accept, and do not throw.`,
        error,
      )
    }
  }

  tryEmit(event: StageflowEvent): unknown {
    return this.#tried(this.sink, event)
  }

  #tried(sink: EventSink, event: StageflowEvent): unknown {
    try {
      return sink.tryEmit(event)
    } catch (error) {
      throw broken(
        `tryEmit(${event.type}) threw: ${textOf(error)} Return false for an event that you cannot accept.`,
        error,
      )
    }
  }

  /** Emits, and waits for the returned promise. */
  async emitAndWait(event: StageflowEvent): Promise<void> {
    await this.settles(this.emit(event), `The promise of emit(${event.type})`)
  }

  /** Like `tryEmit`. Returns whether the event was accepted, or undefined was returned. */
  offer(event: StageflowEvent): boolean {
    return this.tryEmit(event) !== false
  }

  /** Offers events at once, until the sink has refused too many. Returns the numbers of the accepted ones. */
  offerBurst(first: number, count: number, mostRefused: number): number[] {
    const accepted: number[] = []
    // One watch for all of them, because one for each takes longer than the sink does.
    this.globals.within(() => {
      for (let seq = first, refused = 0; seq < first + count && refused < mostRefused; seq++)
        if (this.#tried(this.#unwatched, contractEvent(seq)) === false) refused++
        else accepted.push(seq)
    })
    return accepted
  }

  async flush(): Promise<void> {
    await this.settles(this.sink.flush(), 'flush()')
  }

  /** Flushes while what is behind the sink hangs. Rejects the case if the sink doesn't keep the limit. It may reject. */
  async flushWithin(timeoutMs: number): Promise<void> {
    const flushed = this.sink.flush({ timeoutMs })
    await this.ends(
      flushed.catch(() => {}),
      `flush({ timeoutMs: ${timeoutMs} }), while what is behind the sink hangs, did not settle`,
      ' It must reject when the limit has passed: withinLimit() of @stageflow/core/kit does it.',
    )
  }

  async close(which = 'close()', wait?: WaitOptions): Promise<void> {
    await this.settles(this.sink.close(wait), which)
  }

  /** Flushes and closes, for cases about other things. */
  async finish(): Promise<void> {
    await this.flush()
    await this.close()
  }

  /** The arrived events of the case, without those that the sink adds. */
  async arrived(): Promise<readonly ArrivedEvent[]> {
    return (await this.allArrived()).filter(({ pipelineRunId }) => pipelineRunId.startsWith(RUN))
  }

  async allArrived(): Promise<readonly ArrivedEvent[]> {
    const all = await this.#arrived()
    must(
      Array.isArray(all) && all.every(isEvent),
      'arrived() must return an array of events, each with its original type, seq and pipelineRunId.',
    )
    return all
  }

  /** The numbers of the arrived events of one run. */
  async seqs(run: string = RUN): Promise<readonly number[]> {
    return (await this.arrived()).filter(({ pipelineRunId }) => pipelineRunId === run).map(({ seq }) => seq)
  }
}

/** Calls the sink, and its parts in runs, within a watch of the globals. */
function watched(sink: EventSink, globals: WatchedGlobals): WholeSink {
  return {
    emit: (event) => globals.within(() => sink.emit(event)),
    tryEmit: (event) => globals.within(() => sink.tryEmit(event)),
    flush: (wait) => globals.within(async () => sink.flush?.(wait)),
    close: (wait) => globals.within(async () => sink.close?.(wait)),
    ...watchedFollowing(sink, globals),
  }
}

type SinkPart = ReturnType<NonNullable<EventSink['onRun']>>

/** What is illegal stays as it is, for the cases that look for it. */
function watchedFollowing(sink: EventSink, globals: WatchedGlobals): Following {
  const onRun: unknown = Reflect.get(sink, 'onRun')
  const watchedOnRun = (run: RunContext): SinkPart =>
    watchedPart(
      globals.within(() => sink.onRun?.(run)),
      globals,
    )
  return {
    ...(sink.chunks !== undefined && { chunks: sink.chunks }),
    ...(onRun !== undefined && { onRun: typeof onRun === 'function' ? watchedOnRun : (onRun as never) }),
  }
}

function watchedPart(part: SinkPart, globals: WatchedGlobals): SinkPart {
  const isTold = (name: 'settled' | 'ended'): boolean => read(part, name) !== undefined
  if (!isTold('settled') && !isTold('ended')) return part
  return {
    ...(isTold('settled') && { settled: (...given) => globals.within(() => part?.settled?.(...given)) }),
    ...(isTold('ended') && { ended: (...given) => globals.within(() => part?.ended?.(...given)) }),
  }
}

const RESOLVE = 'It must resolve, and in time: count what you cannot deliver as dropped.'

/** The beginning of the run ids of all cases. */
export const RUN = 'contract-run'

const EVENT = eventOf('contract.said', {}, { pipelineRunId: RUN, stage: 'contract' })

/** An event of a case. */
export const contractEvent = (seq: number, data: object = { seq }, run: string = RUN): StageflowEvent =>
  ({ ...EVENT, data, seq, timestamp: 1_000 + seq, pipelineRunId: run }) as StageflowEvent

function isEvent(value: unknown): boolean {
  const { type, seq, pipelineRunId } = (value ?? {}) as Partial<ArrivedEvent>
  return typeof type === 'string' && typeof seq === 'number' && typeof pipelineRunId === 'string'
}
