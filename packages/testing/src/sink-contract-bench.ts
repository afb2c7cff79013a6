import type { EventSink, StageflowEvent } from '@stageflow/core'
import { broken, must } from './contract-case.ts'
import { manualClock, type ManualClock } from './manual-clock.ts'

/** What is read back of an event. */
export type ArrivedEvent = Pick<StageflowEvent, 'type' | 'seq' | 'pipelineRunId'>

/** A sink under test, and how to see what came out at its other end. */
export interface SinkUnderTest {
  readonly sink: EventSink
  /** What has arrived so far, in order. It is asked after the promise of `emit`, `flush` or `close`. */
  readonly arrived: () => readonly ArrivedEvent[] | Promise<readonly ArrivedEvent[]>
}

/** Makes the sink under test, anew for each case. What it waits for, it waits for on `clock`. */
export type CreateSink = (clock: ManualClock) => SinkUnderTest | Promise<SinkUnderTest>

/** Turns of the real event loop, a millisecond each, that a sink has for what is not on the clock, such as a file. */
const PATIENT_TURNS = 60
const IMPATIENT_TURNS = 4
const LONGEST_MS = 3_000
/** How often one wait may turn the clock before a sink that sets timers without end is taken for stuck. */
const MOST_ADVANCES = 1_000

/** What the cases of the sinks' contract are run with. */
export class SinkBench {
  readonly clock: ManualClock
  readonly sink: EventSink
  readonly #arrived: SinkUnderTest['arrived']
  #patience = PATIENT_TURNS

  static async make(create: CreateSink): Promise<SinkBench> {
    const clock = manualClock()
    const made = (await create(clock)) as SinkUnderTest | undefined
    must(
      typeof made?.sink?.emit === 'function' &&
        typeof made.sink.tryEmit === 'function' &&
        typeof made.arrived === 'function',
      'create() must answer sinkContract with { sink, arrived }: a sink with emit(event) and tryEmit(event), and a function that gives back the events that came out of it.',
    )
    return new SinkBench(clock, made)
  }

  private constructor(clock: ManualClock, { sink, arrived }: SinkUnderTest) {
    this.clock = clock
    this.sink = sink
    this.#arrived = arrived
  }

  /** What `promise` comes to; time passes on the clock only once nothing else happens any more. */
  async ends<T>(promise: PromiseLike<T> | T, what: string): Promise<T> {
    const settled = Promise.resolve(promise)
    let isOver = false
    const over = (): void => void (isOver = true)
    settled.then(over, over)
    let until = performance.now() + LONGEST_MS
    let advances = 0
    let idle = 0
    for (;;) {
      await this.clock.settle()
      if (isOver) break
      const due = this.clock.timers[0]?.dueAt ?? Infinity
      if (performance.now() > until) throw broken(`${what} did not settle, however long it was waited for.`)
      if (++idle > this.#patience && due < Infinity) {
        await this.clock.advanceTo(due)
        // A sink that takes its time with each of many events is slow on a busy machine, and not stuck.
        if (++advances < MOST_ADVANCES) until = performance.now() + LONGEST_MS
        this.#patience = IMPATIENT_TURNS
        idle = 0
      } else await realMs()
    }
    try {
      return await settled
    } catch (error) {
      throw broken(`${what} rejected: ${textOf(error)}`, error)
    }
  }

  /** Emits without waiting. The answer of a correct sink is a promise or undefined. */
  emit(event: StageflowEvent): unknown {
    try {
      return this.sink.emit(event)
    } catch (error) {
      throw broken(`emit(${event.type}) threw: ${textOf(error)} A sink that cannot take an event counts it.`, error)
    }
  }

  tryEmit(event: StageflowEvent): unknown {
    try {
      return this.sink.tryEmit(event)
    } catch (error) {
      throw broken(`tryEmit(${event.type}) threw: ${textOf(error)} Answer false for what cannot be taken.`, error)
    }
  }

  /** Emits, and waits as long as the sink pushes back. */
  async emitAndWait(event: StageflowEvent): Promise<void> {
    await this.ends(this.emit(event), `The promise of emit(${event.type})`)
  }

  /** As `tryEmit`, for cases in which it is not the point what the answer is: whether it was refused. */
  offer(event: StageflowEvent): boolean {
    return this.tryEmit(event) !== false
  }

  async flush(): Promise<void> {
    await this.ends((async () => this.sink.flush?.())(), 'flush()')
  }

  async close(which = 'close()'): Promise<void> {
    await this.ends((async () => this.sink.close?.())(), which)
  }

  /** Lets everything arrive, for cases in which it is not the point what flush and close do. */
  async finish(): Promise<void> {
    await this.flush()
    await this.close()
  }

  /** What has arrived of the events of the case; a sink may add some of its own. */
  async arrived(): Promise<readonly ArrivedEvent[]> {
    const all = await this.#arrived()
    must(
      Array.isArray(all) && all.every(isEvent),
      'arrived() must give back a list of events, each with the type, seq and pipelineRunId that it came with.',
    )
    return all.filter(({ pipelineRunId }) => pipelineRunId.startsWith(RUN))
  }

  /** The numbers of the arrived events of one run. */
  async seqs(run: string = RUN): Promise<readonly number[]> {
    return (await this.arrived()).filter(({ pipelineRunId }) => pipelineRunId === run).map(({ seq }) => seq)
  }
}

/** How the ids of the cases' runs begin. */
export const RUN = 'contract-run'

/** An event of a case. */
export function contractEvent(seq: number, data: object = { seq }, run: string = RUN): StageflowEvent {
  return {
    type: 'contract.said',
    data,
    seq,
    timestamp: 1_000 + seq,
    pipelineRunId: run,
    parentRunId: undefined,
    requestId: undefined,
    sessionId: undefined,
    userId: undefined,
    orgId: undefined,
    interactionId: undefined,
    stage: 'contract',
  } as unknown as StageflowEvent
}

function isEvent(value: unknown): boolean {
  const { type, seq, pipelineRunId } = (value ?? {}) as Partial<ArrivedEvent>
  return typeof type === 'string' && typeof seq === 'number' && typeof pipelineRunId === 'string'
}

function textOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error)
  } catch {
    return 'a value that cannot be read'
  }
}

const realMs = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))
