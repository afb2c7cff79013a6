import { isArray } from '../base/check.ts'
import { define, defined, isPlain } from '../base/objects.ts'
import type { Output } from '../contract/output.ts'
import type { RunOutcome } from '../contract/results.ts'
import type { Outlet, RunEvents, UnpublishedEvent } from '../report/run-events.ts'

/** Something that a stage has done, to be done for others later. */
interface Kept {
  readonly publish: () => void
  /** In place of `publish`, if a gate refuses the stage. */
  readonly refuse?: (() => void) | undefined
  readonly isChunk: boolean
}

/** The engine's events of a held stage. None of them has anything of what the stage does. */
const ENGINE_EVENTS = ['started', 'skipped', 'cancelled', 'abandoned']

/**
 * What a stage does while its gates are closed: its chunks, its events and those of its child runs, and its answer. Once all gates have
 * opened it is published in order. If a gate refuses the stage, it never is.
 */
export class Hold implements Outlet {
  /** The answer of its call. */
  answer: Output | object | undefined
  #state: 'closed' | 'open' | 'discarded' = 'closed'
  readonly #name: string
  readonly #maxHeld: number
  /** Where the events go once it is open. */
  readonly #outlet: Outlet
  /** The events of its run. */
  readonly #events: RunEvents | undefined
  #kept: Kept[] = []
  #room: PromiseWithResolvers<void> | undefined

  constructor(name: string, maxHeld: number, outlet: Outlet, events: RunEvents | undefined) {
    this.#name = name
    this.#maxHeld = maxHeld
    this.#outlet = outlet
    this.#events = events
  }

  get isClosed(): boolean {
    return this.#state === 'closed'
  }
  get isDiscarded(): boolean {
    return this.#state === 'discarded'
  }
  get isHeld(): boolean {
    return this.#state !== 'open' || this.#outlet.isHeld
  }
  get #isFull(): boolean {
    return this.#kept.length >= this.#maxHeld
  }

  keepChunk(publish: () => void): void {
    this.#kept.push({ publish, isChunk: true })
  }
  /** Resolves once the stage may yield another chunk; undefined if it may now. */
  room(): Promise<void> | undefined {
    if (!this.isClosed || !this.#isFull) return undefined
    return (this.#room ??= Promise.withResolvers()).promise
  }
  /** Another attempt begins. No reader has had the chunks of the one before. */
  forgetChunks(): void {
    this.#kept = this.#kept.filter(({ isChunk }) => !isChunk)
    this.#makeRoom()
  }

  /** Publishes what was kept. If the last attempt `hasFailed`, its chunks wait: for another attempt, or for the end of the stage. */
  open(hasFailed: boolean): void {
    this.#state = 'open'
    const kept = this.#takeAll()
    if (hasFailed) this.#kept = kept.filter(({ isChunk }) => isChunk)
    for (const { publish, isChunk } of kept) if (!hasFailed || !isChunk) publish()
  }
  /** The stage has ended without another attempt. */
  publishChunks(): void {
    for (const { publish } of this.#takeAll()) publish()
  }
  discard(): void {
    this.#state = 'discarded'
    for (const { refuse } of this.#takeAll()) refuse?.()
  }
  #takeAll(): readonly Kept[] {
    const kept = this.#kept
    this.#kept = []
    this.#makeRoom()
    return kept
  }
  #makeRoom(): void {
    this.#room?.resolve()
    this.#room = undefined
  }

  // The events of the stage and of its child runs

  send(run: RunEvents, event: UnpublishedEvent, toSink: boolean): boolean {
    if (this.#passes(run, event)) return this.#outlet.send(run, event, toSink)
    return this.#keep(run, event, (frozen) => this.#outlet.send(run, frozen, toSink))
  }
  async sendAndWait(run: RunEvents, event: UnpublishedEvent): Promise<void> {
    if (this.#passes(run, event)) return this.#outlet.sendAndWait(run, event)
    this.#keep(run, event, (frozen) => void this.#outlet.sendAndWait(run, frozen))
  }

  tell<T extends RunOutcome | undefined>(telling: (outcome: T) => void, outcome: T): void {
    const publish = (): void => this.#outlet.tell(telling, outcome)
    const refuse = outcome && ((): void => telling(refused(outcome) as T))
    if (this.#state === 'open') publish()
    else if (this.isClosed) this.#kept.push({ publish, refuse, isChunk: false })
    else refuse?.()
  }

  #passes(run: RunEvents, { type, stage }: UnpublishedEvent): boolean {
    if (this.#state === 'open') return true
    return (
      run === this.#events && ENGINE_EVENTS.some((kind) => type === `stage.${stage}.${kind}`) && stage === this.#name
    )
  }

  /** Keeps an event with its data as it is now. Returns false if there is no room for it. */
  #keep(run: RunEvents, event: UnpublishedEvent, publish: (frozen: UnpublishedEvent) => void): boolean {
    if (this.isDiscarded) return true
    if (this.#isFull) {
      run.dropped++
      return false
    }
    const frozen = { ...event, data: frozenData(event.data) }
    this.#kept.push({ publish: () => publish(frozen), isChunk: false })
    return true
  }
}

/** The outcome of a run that is never shown. Only its times and what it has used are those of the run. */
function refused({ startedAt, endedAt, report }: RunOutcome): RunOutcome {
  const { pipeline, pipelineRunId, usage } = report
  const ended = { status: 'cancelled', startedAt, endedAt, droppedEvents: 0 } as const
  return Object.freeze({
    ...ended,
    reason: 'a gate refused it',
    errors: [],
    children: {},
    output: () => undefined,
    report: { ...ended, pipeline, pipelineRunId, stages: {}, notes: {}, ...defined({ usage }) },
  }) as unknown as RunOutcome
}

/** The data of an event as it is now. If it can't be copied, such as when a getter in it throws, it stays as it is: no event fails a stage. */
function frozenData(data: object): object {
  try {
    return frozenCopy(data, new Map()) as object
  } catch {
    return data
  }
}

/** A copy of plain objects and arrays, all the way down. Other values stay as they are. `copies`: those made so far, by what they are of. */
function frozenCopy(value: unknown, copies: Map<unknown, unknown>): unknown {
  if (!(isArray(value) || isPlain(value)) || Object.isFrozen(value)) return value
  if (copies.has(value)) return copies.get(value)
  const copy = isArray(value) ? [] : {}
  copies.set(value, copy)
  for (const [key, inner] of Object.entries(value)) define(copy, key, frozenCopy(inner, copies))
  return Object.freeze(copy)
}
