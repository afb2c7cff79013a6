import type { EventSink, StageflowEvent } from '@stageflow/core'
import { bufferPlan } from './buffer-options.ts'
import type { BufferedEventSinkOptions, BufferPlan } from './buffer-options.ts'
import type { BufferStatistics } from './buffer-statistics.ts'
import { Delivery } from './delivery.ts'
import { DropCount } from './drop-count.ts'
import type { DropReason } from './drop-count.ts'
import { DropHook } from './drop-hook.ts'
import { DroppedEvents, droppedData } from './dropped-event.ts'
import { endOf } from './end-of-sink.ts'
import { EventQueue, NOTICE, rankOf } from './event-queue.ts'
import type { Entry } from './event-queue.ts'
import { LIMIT, optionProblems, refuse, SIGNAL } from './option-rules.ts'
import { closeTooSlow, flushTooSlow, undelivered } from './undelivered.ts'
import { WaitingLine } from './waiting-line.ts'
import { withinLimit } from './within-limit.ts'
import type { WaitOptions } from './within-limit.ts'

interface Flush {
  /** The last turn that it waits for. */
  turn: number
  readonly done: PromiseWithResolvers<void>
}

/**
 * A bounded queue in front of a sink: runs never wait for a slow one and a failing one is tried again, in order.
 * Errors: `sink-buffered/illegal-option`; those of `flush` and `close` are told there.
 */
export class BufferedEventSink implements EventSink {
  readonly #downstream: EventSink
  readonly #plan: BufferPlan
  readonly #queue = new EventQueue()
  readonly #delivery: Delivery
  readonly #drops = new DropCount()
  readonly #notices = new DroppedEvents()
  readonly #hook: DropHook
  /** What is being delivered. */
  #current: Entry | undefined
  readonly #waiting = new WaitingLine()
  #flushes: Flush[] = []
  #offered = 0
  #delivered = 0
  #mostQueued = 0
  #nextNoticeAt = -Infinity
  #stopNoticeTimer: (() => void) | undefined
  #isOpen = true
  #hasToldAtEnd = false
  #closing: Promise<void> | undefined
  #onEmpty: (() => void) | undefined

  constructor(downstream: EventSink, options: BufferedEventSinkOptions = {}) {
    this.#plan = bufferPlan(downstream, options)
    this.#downstream = downstream
    this.#hook = new DropHook(this.#plan.onDrop)
    this.#delivery = new Delivery(
      downstream,
      this.#plan,
      (outcome) => this.#goOn(outcome === 'delivered'),
      (error) => void (this.#drops.lastError = { error }),
    )
  }

  /** Takes the event at once, if there is a place for it. With `block` its promise waits until there is one for the next. */
  emit(event: StageflowEvent): Promise<void> | void {
    if (this.#offer(event, true) !== 'waits') return undefined
    return this.#waiting.wait()
  }

  /** False: there is no place for it, or the buffer is closed; it is counted. */
  tryEmit(event: StageflowEvent): boolean {
    return this.#offer(event, false) !== 'dropped'
  }

  statistics(): BufferStatistics {
    const { total, lastError } = this.#drops
    return Object.freeze({
      offered: this.#offered,
      delivered: this.#delivered,
      dropped: total,
      droppedBy: Object.freeze({
        full: this.#drops.by('full'),
        failed: this.#drops.by('failed'),
        closed: this.#drops.by('closed'),
      }),
      queued: this.#queued,
      mostQueued: this.#mostQueued,
      waiting: this.#waiting.size,
      failures: this.#delivery.failures,
      lastError: lastError?.error,
      onDropErrors: this.#hook.errors,
    })
  }

  /**
   * Resolves once every event taken so far is delivered, or dropped and counted, and the sink behind is flushed too. Rejects
   * with `sink-buffered/flush-timeout`, the signal's reason, or `sink-buffered/downstream` where that flush failed.
   */
  async flush(options: WaitOptions = {}): Promise<void> {
    refuse('flush()', optionProblems(options, { signal: SIGNAL, timeoutMs: LIMIT }))
    const late = (): Error => flushTooSlow(this.#queued, options.timeoutMs)
    const flush: Flush = { turn: 0, done: Promise.withResolvers() }
    try {
      await withinLimit(this.#flushAll(flush), this.#plan.clock, options, late)
    } catch (error) {
      this.#flushes = this.#flushes.filter((one) => one !== flush)
      throw error
    }
  }

  /**
   * Takes no more events, delivers what waits for at most `closeTimeoutMs`, and closes the sink behind. Rejects with
   * `sink-buffered/undelivered`, which says what was lost, or with `sink-buffered/downstream`. Every call has the same answer.
   */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      // Kept before anything is called that may call `close` again.
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#closing = promise
      resolve(this.#close())
    }
    return this.#closing
  }

  #offer(event: StageflowEvent, mayWait: boolean): 'taken' | 'waits' | 'dropped' {
    this.#offered++
    if (!this.#isOpen) return this.#drop(event, 'closed')
    if (this.#current === undefined) {
      if (this.#mostQueued === 0) this.#mostQueued = 1
      this.#deliver(event)
      return 'taken'
    }
    const rank = rankOf(event)
    const { capacity, overflow } = this.#plan
    const used = this.#used
    let evicted: StageflowEvent | undefined
    // The last event of a run has places of its own. When they are taken it takes those of what matters less.
    if (rank > 0 ? this.#queue.kept >= capacity && used >= capacity : used >= capacity && overflow === 'drop-oldest') {
      evicted = this.#queue.dropOldest(rank === 2 ? 2 : 1)
      if (evicted === undefined) return this.#drop(event, 'full')
      this.#countDrop(evicted, 'full')
    } else if (rank === 0 && used >= capacity) {
      if (overflow !== 'block' || !mayWait || used >= 2 * capacity) return this.#drop(event, 'full')
    } else if (rank === 0 && overflow === 'sample' && !this.#isChosen(used)) return this.#drop(event, 'full')
    this.#queue.add(event, rank)
    this.#mostQueued = Math.max(this.#mostQueued, this.#queued)
    // Only now: `onDrop` may emit into this buffer, and the place is taken.
    if (evicted !== undefined) this.#hook.call(evicted, 'full')
    return overflow === 'block' && rank === 0 && used + 1 >= capacity ? 'waits' : 'taken'
  }

  /** How many of the places for all events are taken, those by last events included that have no place of their own. */
  get #used(): number {
    return this.#queue.ordinary + Math.max(0, this.#queue.kept - this.#plan.capacity)
  }

  /** From half full on fewer and fewer are chosen, down to none when all places are taken. */
  #isChosen(used: number): boolean {
    const half = this.#plan.capacity / 2
    return used < half || this.#plan.random() < (this.#plan.capacity - used) / half
  }

  #drop(event: StageflowEvent, reason: DropReason): 'dropped' {
    this.#countDrop(event, reason)
    this.#hook.call(event, reason)
    return 'dropped'
  }

  #countDrop({ type }: StageflowEvent, reason: DropReason): void {
    this.#drops.add(type, reason)
    if (this.#isOpen && this.#plan.clock.now() >= this.#nextNoticeAt) this.#queue.addNotice()
  }

  get #queued(): number {
    const { size } = this.#queue
    return this.#current === undefined || this.#current === NOTICE ? size : size + 1
  }

  /** Delivers this and then whatever waits, as long as the sink does not keep it waiting. */
  #deliver(first: Entry): void {
    let entry: Entry | undefined = first
    while (entry !== undefined) {
      this.#current = entry
      const outcome = this.#delivery.start(entry === NOTICE ? this.#notice() : entry)
      if (outcome === 'pending') return
      this.#ended(outcome === 'delivered')
      entry = this.#next()
    }
  }

  #goOn(delivered: boolean): void {
    this.#ended(delivered)
    const next = this.#next()
    if (next !== undefined) this.#deliver(next)
  }

  /** Ends the current delivery. */
  #ended(delivered: boolean): void {
    const entry = this.#current
    if (entry === NOTICE) {
      this.#nextNoticeAt = this.#plan.clock.now() + this.#plan.noticeIntervalMs
      if (!delivered) this.#drops.putBack()
    } else if (delivered) this.#delivered++
    else {
      // Still busy, with no event any more: what `onDrop` emits has to wait its turn.
      this.#current = NOTICE
      this.#drop(entry as StageflowEvent, 'failed')
    }
  }

  /** What is to be delivered next; undefined when nothing waits. */
  #next(): Entry | undefined {
    if (this.#queue.isEmpty && this.#owesNotice) this.#noticeWhenDue()
    const turn = this.#flushes.length > 0 ? this.#queue.nextTurn : Infinity
    this.#current = this.#queue.isEmpty ? undefined : this.#queue.shift()
    if (this.#waiting.size > 0) this.#waiting.shortenTo(Math.max(0, this.#used + 1 - this.#plan.capacity))
    while (this.#flushes.length > 0 && (this.#flushes[0] as Flush).turn < turn) this.#flushes.shift()?.done.resolve()
    if (this.#current === undefined) this.#onEmpty?.()
    return this.#current
  }

  get #owesNotice(): boolean {
    return this.#drops.hasNew && !this.#hasToldAtEnd
  }

  /** Nothing waits any more, and drops are untold: now, or when their time has come. */
  #noticeWhenDue(): void {
    const { clock } = this.#plan
    const waitMs = this.#nextNoticeAt - clock.now()
    if (waitMs <= 0 || !this.#isOpen) {
      this.#stopNoticeTimer?.()
      this.#stopNoticeTimer = undefined
      return this.#queue.addNotice()
    }
    this.#stopNoticeTimer ??= clock.setTimeout(() => {
      this.#stopNoticeTimer = undefined
      if (this.#owesNotice) this.#notifyNow()
    }, waitMs)
  }

  /** Puts the `sink.dropped` event behind what waits. */
  #notifyNow(): void {
    this.#queue.addNotice()
    if (this.#current === undefined) this.#deliver(this.#next() as Entry)
  }

  #notice(): StageflowEvent {
    const { overflow, capacity, clock } = this.#plan
    // Somebody may go on emitting while it closes, and would have to be told of for ever.
    if (!this.#isOpen && this.#queue.isEmpty) this.#hasToldAtEnd = true
    const data = { ...droppedData('buffered', this.#drops), overflow, capacity, queueSize: this.#queue.size }
    return this.#notices.make(clock.now(), data)
  }

  async #flushAll(flush: Flush): Promise<void> {
    if (this.#closing !== undefined) return this.#closing.catch(() => {})
    if (this.#owesNotice) this.#notifyNow()
    if (this.#current !== undefined) {
      flush.turn = this.#queue.lastTurn
      this.#flushes.push(flush)
      await flush.done.promise
    }
    await endOf(this.#downstream, 'flush')
  }

  async #close(): Promise<void> {
    const { clock, closeTimeoutMs } = this.#plan
    const endsAt = clock.now() + closeTimeoutMs
    this.#isOpen = false
    this.#stopNoticeTimer?.()
    const empty = Promise.withResolvers<void>()
    this.#onEmpty = empty.resolve
    if (this.#owesNotice) this.#notifyNow()
    if (this.#current === undefined) empty.resolve()
    this.#delivery.hurry()
    const late = (): Error => closeTooSlow(closeTimeoutMs)
    const loss = await withinLimit(empty.promise, clock, { timeoutMs: closeTimeoutMs }, late).then(
      () => undefined,
      () => this.#loseAll(),
    )
    const timeoutMs = Math.max(0, endsAt - clock.now())
    const closed = withinLimit(endOf(this.#downstream, 'close'), clock, { timeoutMs }, late)
    if (loss === undefined) return closed
    // What was lost matters more than that its sink cannot be closed either.
    await closed.catch(() => {})
    throw loss
  }

  /** Drops what is left, and says what that was. */
  #loseAll(): Error | undefined {
    const mayHaveArrived = this.#current !== undefined && this.#current !== NOTICE
    this.#drops.take()
    this.#delivery.abandon()
    let entry = this.#current
    this.#current = undefined
    for (; entry !== undefined; entry = this.#queue.shift()) if (entry !== NOTICE) this.#drop(entry, 'closed')
    this.#waiting.shortenTo(0)
    for (const { done } of this.#flushes.splice(0)) done.resolve()
    return this.#drops.untold === 0 ? undefined : undelivered(this.#drops, this.#plan.closeTimeoutMs, mayHaveArrived)
  }
}
