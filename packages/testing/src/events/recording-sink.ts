import { StageflowError, isStageEvent } from '@stageflow/core'
import { checkOptions, functionLike } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import type { EventSink, StageflowEvent } from '@stageflow/core'

export interface RecordingSinkOptions {
  /** Returns true for events that the sink refuses, like a full sink. They are in `refused` only. Default: none. */
  readonly refuse?: (event: StageflowEvent) => boolean
}

/** The event of one type, with the data of that type. For a type that isn't declared: any event. */
export type EventOf<Type extends string> = [Matching<StageflowEvent, Type>] extends [never]
  ? StageflowEvent
  : Matching<StageflowEvent, Type>
type Matching<Event, Type> = Event extends { readonly type: infer Known } ? (Type extends Known ? Event : never) : never

/** A sink that records events for tests. */
export interface RecordingSink extends EventSink {
  /** The accepted events, in order. */
  readonly events: readonly StageflowEvent[]
  /** The refused events. */
  readonly refused: readonly StageflowEvent[]
  /** How many calls of `emit` wait for `resume`. */
  readonly waiting: number
  /** The types of `events`, in order. */
  types(): readonly string[]
  /**
   * The events of one type, such as `stage.llm.completed`, each with its data under `data`. Throws `testing/no-chunk-events` for the
   * chunks of a stage that has ended, if the sink got no chunk at all: the run option `chunkEvents` is off.
   */
  of<Type extends string>(type: Type): readonly EventOf<Type>[]
  /** From now on `emit` accepts events, but its promise waits: backpressure. */
  pause(): void
  /** Ends `pause`, and resolves the promises that wait. */
  resume(): void
  /** Forgets the events so far. Promises that wait still wait. */
  clear(): void
}

const CHUNK = /^stage\.([^.]+)\.chunk$/
const ENDS = ['completed', 'failed', 'cancelled', 'suspended', 'abandoned'] as const

const RULES: OptionRules<RecordingSinkOptions> = { refuse: functionLike('(event) => boolean') }

/** Makes a sink that keeps every event, can refuse some, and can push back. */
export function recordingSink(options: RecordingSinkOptions = {}): RecordingSink {
  checkOptions('recordingSink()', 'testing/illegal-option', options, RULES)
  const { refuse } = options
  let events: StageflowEvent[] = []
  let refused: StageflowEvent[] = []
  let waiting: (() => void)[] = []
  let paused = false

  function take(event: StageflowEvent): boolean {
    const taken = refuse?.(event) !== true
    const list = taken ? events : refused
    list.push(event)
    return taken
  }

  function of<Type extends string>(type: Type): readonly EventOf<Type>[] {
    const found = events.filter((event): event is EventOf<Type> & StageflowEvent => event.type === type)
    const [, stage] = CHUNK.exec(type) ?? []
    if (stage !== undefined && found.length === 0 && hasEnded(stage) && !isGivenChunks())
      throw new StageflowError(
        'testing/no-chunk-events',
        `The sink got no chunk of stage "${stage}", which has ended. Chunks reach this sink only with the run option chunkEvents: graph.run(input, { chunkEvents: true }). To check that a stage yields nothing, look at types().`,
      )
    return found
  }

  const hasEnded = (stage: string): boolean =>
    events.some((event) => event.stage === stage && ENDS.some((kind) => isStageEvent(event, kind)))
  const isGivenChunks = (): boolean => [...events, ...refused].some((event) => isStageEvent(event, 'chunk'))

  return {
    get events() {
      return events
    },
    get refused() {
      return refused
    },
    get waiting() {
      return waiting.length
    },
    types: () => events.map((event) => event.type),
    of,
    emit(event) {
      take(event)
      return paused ? new Promise((resolve) => waiting.push(resolve)) : undefined
    },
    tryEmit: take,
    pause() {
      paused = true
    },
    resume() {
      paused = false
      const woken = waiting
      waiting = []
      for (const goOn of woken) goOn()
    },
    clear() {
      events = []
      refused = []
    },
  }
}
