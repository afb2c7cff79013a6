import { StageflowError, textOf } from '../base/errors.ts'
import { behindOf, tellCalls } from '../call/stage-context.ts'
import type { Behind, LiveStageContext } from '../call/stage-context.ts'
import { Output } from '../contract/output.ts'
import type { InboxRecord } from '../contract/results.ts'
import type { SeenInputs } from '../report/run-edges.ts'
import type { StageNode } from '../graph/graph.ts'
import type { RunFacts } from '../report/run-facts.ts'
import type { StageFacts } from '../report/stage-facts.ts'
import { DETACHED } from '../schedule/plan.ts'
import { UNREAD } from '../run/stage-loop.ts'
import type { StageLoop } from '../run/stage-loop.ts'
import { Inbox } from './inbox.ts'
import type { InboxNews, InboxOwner, Overflow } from './inbox.ts'
import type { WaitTimers } from './wait-timers.ts'

/** The options of a stage that reads streams. */
export interface ReaderOptions {
  readonly maxWaiting?: number
  readonly overflow?: Overflow
}
const DEFAULT_MAX_WAITING = 16

/** The options of a stage that the edges claim. */
export function readerOptions({ info }: StageNode): ReaderOptions {
  const options: object = info.options
  return options
}

/** The run of a reader. */
export interface ReadersRun {
  readonly facts: RunFacts
  readonly loop: StageLoop
  /** Only a durable run has its own: by default they are timers of the clock. */
  readonly waitTimers?: WaitTimers
}

/** How a source ended, as its readers see it. */
export type SourceEnd =
  | 'ok'
  /** It never started, so it isn't part of the stream. */
  | 'left out'
  /** It was skipped before it gave a chunk, or failed before and that is tolerated. */
  | 'skipped'
  /** It failed before it gave a chunk, and has a fallback. */
  | 'fell back'
  /** Its chunks aren't all there are. */
  | { readonly cause: unknown }

/** A stage that reads streams, in one run. */
export class StreamReader implements InboxOwner {
  readonly inbox: Inbox
  readonly node: StageNode
  readonly #run: ReadersRun
  /** The stages that it reads. */
  readonly #sources: readonly number[]
  /** How many of them may still give chunks. */
  #open: number
  /** One of them that was skipped before it gave a chunk. */
  #skipped: number | undefined
  /** What is behind the context of the attempt in progress. */
  #attempt: Behind | undefined
  /** The attempt whose limits stand still, because code waits for a chunk. */
  #blockedAttempt: Behind | undefined
  /** An attempt has ended, and no other one has begun: code of it that still runs may read nothing. */
  #isBetweenAttempts = false
  #context: LiveStageContext | undefined
  #unlisten: (() => void) | undefined
  /** The inputs of its code. */
  #inputs: SeenInputs | undefined
  #hasSettled = false
  #hasTaken = false
  /** Its code waits for a chunk, and is parked meanwhile. */
  #waitsForSlot = false
  /** Its run has `maxConcurrency`. */
  readonly #hasSlots: boolean

  constructor(run: ReadersRun, node: StageNode, sources: readonly number[]) {
    this.#run = run
    this.node = node
    this.#sources = sources
    this.#open = sources.length
    this.#hasSlots = run.facts.options.maxConcurrency !== undefined
    const { maxWaiting = DEFAULT_MAX_WAITING, overflow = 'block' } = readerOptions(node)
    this.inbox = new Inbox(this, maxWaiting, overflow)
  }

  // What its sources do

  put(source: number, chunk: unknown): void {
    this.inbox.put(this.#isShared ? this.#item(source, chunk) : chunk)
  }
  /** The chunks that its source makes of its output. */
  putMade(source: number, chunks: Iterable<unknown>): void {
    this.inbox.putMade(this.#isShared ? this.#items(source, chunks) : chunks[Symbol.iterator]())
  }
  get #isShared(): boolean {
    return this.#sources.length > 1
  }
  #item(source: number, chunk: unknown): object {
    return { stage: this.#nameOf(source), chunk }
  }
  *#items(source: number, chunks: Iterable<unknown>): Generator<object> {
    for (const chunk of chunks) yield this.#item(source, chunk)
  }

  /** The name that the code of the stage has for a source. */
  #nameOf(source: number): string {
    return this.node.aliases[this.node.dependencies.indexOf(source)] as string
  }

  sourceEnded(source: number, end: SourceEnd): void {
    if (typeof end === 'object') return this.inbox.end(() => this.#cut(source, end.cause))
    if (end === 'skipped') this.#skipped ??= source
    if (--this.#open > 0) return
    const skipped = this.#skipped
    if (skipped === undefined) return this.inbox.end()
    this.inbox.end(() => (this.inbox.chunks > 0 ? this.#cut(skipped, undefined) : this.#allSkipped(skipped)))
  }

  #cut(source: number, cause: unknown): StageflowError {
    const why = cause === undefined ? '' : ` (${textOf(cause)})`
    return new StageflowError(
      'core/stream-cut',
      `The stream of stage "${this.#nameOf(source)}" was cut${why}, so stage "${this.node.name}" has not read all of it. Catch this error to go on with what came.`,
      { cause },
    )
  }

  /** The stage is skipped too, unless its code catches the error. */
  #allSkipped(source: number): StageflowError {
    const reason = `the stream of stage "${this.#nameOf(source)}" was skipped`
    const error = new StageflowError(
      'core/stream-skipped',
      `The stream of stage "${this.#nameOf(source)}" was skipped before its first chunk, so stage "${this.node.name}" is skipped too, unless it catches this error.`,
    )
    this.#run.facts.stage(this.node.index).keepEnding(error, new Output('skip', reason))
    return error
  }

  // What its code does

  /** An attempt calls its code. */
  begins(context: LiveStageContext): void {
    this.#unlisten?.()
    this.#unlisten = undefined
    this.#context = context
    this.#attempt = behindOf(context)
    this.#isBetweenAttempts = false
  }

  /** The attempt has ended. What its code still waits for goes to the next one. */
  codeEnds(): void {
    this.#isBetweenAttempts = true
    this.inbox.restart(this.#hasEnded())
  }

  read(inputs: SeenInputs | undefined, source: string | undefined): Inbox {
    this.#inputs = inputs
    const { name, aliases, kinds } = this.node
    const streams = aliases.filter((_, place) => kinds[place] === 'stream')
    if (source === undefined ? streams.length === 1 : streams.length > 1)
      throw new StageflowError(
        'core/stream-name',
        `Stage "${name}" reads ${streams.length === 1 ? 'one stream' : `${streams.length} streams`}; read ${streams.length === 1 ? `inputs.stream('${streams[0]}'), which has its chunks` : 'inputs.stream(), which has { stage, chunk }'}.`,
      )
    if (this.inbox.hasLeft)
      throw new StageflowError(
        'core/stream-left',
        `Stage "${name}" has left the loop over its stream, and the chunks that came since then are gone. Read them in one loop.`,
      )
    return this.inbox
  }

  /** The stage has settled: what its code still reads comes to nothing. */
  settled(): void {
    this.#hasSettled = true
    this.#unlisten?.()
    const { stopped } = this
    if (stopped !== undefined) this.inbox.cut(stopped.reason)
    this.inbox.leave()
  }

  get inboxRecord(): InboxRecord {
    const { chunks, mostWaiting, dropped, blockedMs } = this.inbox
    return { chunks, mostWaiting, dropped, blockedMs }
  }

  // What its inbox tells

  get stopped(): { readonly reason: unknown } | undefined {
    const aborted = this.#context?.aborted
    if (aborted !== undefined || !(this.#hasSettled || this.#isBetweenAttempts)) return aborted
    return { reason: this.#hasEnded() }
  }
  #hasEnded(): StageflowError {
    const text = `Stage "${this.node.name}" has ended; its code can read no more chunks.`
    return new StageflowError('core/stage-ended', text)
  }
  waits(): void {
    this.#listen()
    this.#blockedAttempt = this.#attempt
    if (this.#blockedAttempt !== undefined) tellCalls(this.#blockedAttempt, 'blocked', 0)
    if (!this.#hasSlots) return
    this.#waitsForSlot = true
    this.#facts.waitCount++
    // Items of a map may run meanwhile: once none does, it parks itself.
    if (this.#facts.items?.isIdle !== false) this.#run.loop.park(this.node.index)
  }
  /** Not while it waits for room too: then it stays parked. */
  get needsSlot(): boolean {
    const { isParked, waitCount } = this.#facts
    return this.#waitsForSlot && isParked && waitCount === 1 && !this.#run.facts.isAnswered(this.node.index)
  }
  slot(): Promise<void> {
    this.#waitsNoMore()
    return this.#run.loop.unpark(this.node.index)
  }
  #waitsNoMore(): void {
    if (this.#waitsForSlot) this.#facts.waitCount--
    this.#waitsForSlot = false
  }
  get #facts(): StageFacts {
    return this.#run.facts.stage(this.node.index)
  }
  goesOn(): void {
    this.#waitsNoMore()
    if (this.#blockedAttempt !== undefined) tellCalls(this.#blockedAttempt, 'unblocked', 0)
  }
  takes(): void {
    if (this.#hasTaken) return
    this.#hasTaken = true
    this.#facts.committed = true
  }
  ends(): void {
    const { data, schedule } = this.#run.facts
    for (const source of this.#sources) {
      const place = this.node.dependencies.indexOf(source)
      this.#inputs?.data.splice(place, 1, data[source])
      this.#inputs?.states.splice(place, 1, schedule.state(source))
    }
  }
  leaves(): void {
    const { facts, loop } = this.#run
    if (facts.schedule.feed(DETACHED, this.node.index, 0)) loop.driveSoon(UNREAD)
  }
  now(): number {
    return this.#run.facts.clock.now()
  }
  tell(news: InboxNews, about: object): void {
    const { events, clock } = this.#run.facts
    events?.emit(`stream.${news}`, { ...about, reader: this.node.name }, this.node.name, clock.now())
  }

  /** Once per attempt, and only if its code waits: the signal is created on first use. */
  #listen(): void {
    if (this.#unlisten !== undefined || this.#context === undefined) return
    const { signal } = this.#context
    const cut = (): void => this.inbox.cut(signal.reason)
    signal.addEventListener('abort', cut)
    this.#unlisten = () => signal.removeEventListener('abort', cut)
  }
}
