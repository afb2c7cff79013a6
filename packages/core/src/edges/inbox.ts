import { toError } from '../base/errors.ts'

/** What happens to a chunk that comes while the inbox is full. */
export type Overflow = 'block' | 'drop-oldest' | 'drop-newest'

/** What has happened to an inbox, for events. */
export type InboxNews = 'chunk_dropped' | 'producer_blocked' | 'throttle_started' | 'throttle_ended'

/** The stage that an inbox belongs to, as its inbox uses it. */
export interface InboxOwner {
  /** Why its code may read no more; undefined while it may. */
  readonly stopped: { readonly reason: unknown } | undefined
  /** Its code begins to wait for a chunk. */
  waits(): void
  /** Its stage was parked: its code may go on only with a slot. */
  readonly needsSlot: boolean
  /** Resolves when the stage has a slot. */
  slot(): Promise<void>
  /** Its code no longer waits. */
  goesOn(): void
  /** Its code gets a chunk. */
  takes(): void
  /** Its code gets the clean end. */
  ends(): void
  /** Its code reads no more. */
  leaves(): void
  now(): number
  tell(news: InboxNews, about: object): void
}

/** The shares of an inbox at which it counts as throttled, and no longer: those of the queues of `@stageflow/streaming`. */
const HIGH_WATER = 0.8
const LOW_WATER = 0.2

/** The queue is copied once that many chunks of it were read. */
const MOST_READ = 1_024

/**
 * The chunks that wait for one stage, whatever the number of stages that it reads: one queue, so that no order of reading can block.
 * It is the iterator that the code of the stage reads.
 */
export class Inbox implements AsyncIterableIterator<unknown> {
  /** How many chunks came. */
  chunks = 0
  dropped = 0
  mostWaiting = 0
  blockedMs = 0
  /** The code has left its loop. */
  hasLeft = false
  readonly #owner: InboxOwner
  readonly #size: number
  readonly #overflow: Overflow
  #queue: unknown[] = []
  /** The place of the first chunk in the queue. */
  #head = 0
  #attempts = 0
  #isThrottled = false
  /** The call of `next` that waits. */
  #waiting: Waiting | undefined
  /** There is something for the code, but its stage has no slot yet. */
  #awaitsSlot = false
  #room: PromiseWithResolvers<void> | undefined
  #blockedAt = 0
  /** Chunks that are made of outputs. They are read after those in the queue. */
  readonly #made: Iterator<unknown>[] = []
  /** `error` is called once the last chunk was read: chunks that are made of outputs count only then. */
  #end: { readonly error: (() => Error) | undefined } | undefined

  constructor(owner: InboxOwner, size: number, overflow: Overflow) {
    this.#owner = owner
    this.#size = size
    this.#overflow = overflow
  }

  get #count(): number {
    return this.#queue.length - this.#head
  }
  get #isFull(): boolean {
    return this.#count >= this.#size
  }

  // The stages that it reads

  put(chunk: unknown): void {
    if (this.#end !== undefined) return
    this.chunks++
    if (this.#waiting !== undefined && !this.#awaitsSlot && this.#handOver(this.#waiting, chunk)) return
    if (this.#isFull && this.#overflow !== 'block') {
      this.dropped++
      const reason = this.#overflow === 'drop-oldest' ? 'overflow' : 'queue_full'
      this.#owner.tell('chunk_dropped', { queueSize: this.#count, maxSize: this.#size, reason })
      if (this.#overflow === 'drop-newest') return
      this.#take()
    }
    this.#queue.push(chunk)
    if (this.#waiting !== undefined) return this.#goOn()
    if (this.#count > this.mostWaiting) this.mostWaiting = this.#count
    if (!this.#isThrottled && this.#count >= HIGH_WATER * this.#size) this.#throttle(true)
  }

  /** Resolves once another chunk may come; undefined if it may come now. */
  room(): Promise<void> | undefined {
    if (!this.#isFull || this.#overflow !== 'block' || this.#end !== undefined) return undefined
    if (this.#room === undefined) {
      this.#room = Promise.withResolvers()
      this.#blockedAt = this.#owner.now()
    }
    return this.#room.promise
  }

  /** Adds chunks that are made of the output of a stage: one by one, as they are read. */
  putMade(chunks: Iterator<unknown>): void {
    this.#made.push(chunks)
    this.#goOn()
  }

  /** No chunk follows. The code gets what `error` returns after the last one; undefined: a clean end. */
  end(error?: () => Error): void {
    if (this.#end !== undefined) return
    this.#end = { error }
    this.#makeRoom()
    this.#goOn()
  }

  // The code that reads

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<unknown>> {
    if (this.#waiting !== undefined) return this.#nextAfter(this.#waiting)
    const { stopped } = this.#owner
    if (stopped !== undefined) return rejected(stopped.reason)
    try {
      const step = this.#step()
      if (step !== undefined) return Promise.resolve(step)
    } catch (error) {
      return rejected(error)
    }
    const { promise } = (this.#waiting = Promise.withResolvers())
    this.#owner.waits()
    return promise
  }

  /** A further call waits for the one before it. */
  #nextAfter({ promise }: Waiting): Waiting['promise'] {
    const attempts = this.#attempts
    return handled(promise.catch(() => {}).then(() => (attempts === this.#attempts ? this.next() : promise)))
  }

  /** The code leaves its loop: it reads no more, and holds no stage back. */
  return(): Promise<IteratorResult<unknown>> {
    this.hasLeft = true
    this.leave()
    return Promise.resolve(DONE)
  }

  /** Its stage reads no more. */
  leave(): void {
    this.#queue = []
    this.#head = 0
    this.#made.length = 0
    this.#end = { error: undefined }
    this.#makeRoom()
    this.#goOn()
    this.#owner.leaves()
  }

  /** An attempt has ended. What its code still waits for goes to the next one. */
  restart(reason: unknown): void {
    this.#attempts++
    this.cut(reason)
  }

  /** The attempt of the stage was aborted. What waits goes to its next attempt. */
  cut(reason: unknown): void {
    if (this.#waiting === undefined) return
    this.#awaitsSlot = false
    reject(this.#stopWaiting(this.#waiting), reason)
  }

  /** What there is to read now; undefined if the code must wait. Throws the error of the end. */
  #step(): IteratorResult<unknown> | undefined {
    if (this.#count > 0) return { done: false, value: this.#read() }
    const made = this.#made.length === 0 ? undefined : this.#makeNext()
    if (made !== undefined || this.#end === undefined) return made
    const thrown = this.#end.error?.()
    if (thrown !== undefined) {
      this.#end = { error: () => thrown }
      throw thrown
    }
    this.#owner.ends()
    return DONE
  }

  #read(): unknown {
    const chunk = this.#take()
    this.#owner.takes()
    this.#makeRoom()
    if (this.#isThrottled && this.#count <= LOW_WATER * this.#size) this.#throttle(false)
    return chunk
  }

  /** The next chunk that is made of an output. If it can't be made, the stream ends with that error, and no other chunk follows. */
  #makeNext(): IteratorResult<unknown> | undefined {
    try {
      while (this.#made.length > 0) {
        const { done, value } = (this.#made[0] as Iterator<unknown>).next()
        if (done !== true) {
          this.chunks++
          this.#owner.takes()
          return { done: false, value }
        }
        this.#made.shift()
      }
    } catch (error) {
      this.#made.length = 0
      this.#end = { error: () => toError(error) }
      this.#makeRoom()
    }
    return undefined
  }

  /** Gives a chunk to the code that waits for it, past the queue. Returns false if its stage needs a slot first. */
  #handOver(waiting: Waiting, chunk: unknown): boolean {
    if (this.#owner.needsSlot) return false
    this.#owner.takes()
    this.#stopWaiting(waiting).resolve({ done: false, value: chunk })
    return true
  }

  /** There may be something for the code that waits. It gets it once its stage has a slot. */
  #goOn(): void {
    if (this.#waiting === undefined || this.#awaitsSlot) return
    if (!this.#owner.needsSlot) return this.#serve(this.#waiting)
    this.#awaitsSlot = true
    void this.#owner.slot().then(() => {
      if (!this.#awaitsSlot || this.#waiting === undefined) return // it was cut meanwhile
      this.#awaitsSlot = false
      this.#serve(this.#waiting)
    })
  }

  #serve(waiting: Waiting): void {
    try {
      const step = this.#step()
      if (step !== undefined) this.#stopWaiting(waiting).resolve(step)
    } catch (error) {
      reject(this.#stopWaiting(waiting), error)
    }
  }

  #stopWaiting(waiting: Waiting): Waiting {
    this.#waiting = undefined
    this.#owner.goesOn()
    return waiting
  }

  #take(): unknown {
    const chunk = this.#queue[this.#head]
    this.#queue[this.#head++] = undefined
    if (this.#head >= MOST_READ && 2 * this.#head >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    return chunk
  }

  #makeRoom(): void {
    if (this.#room === undefined || (this.#isFull && this.#end === undefined)) return
    this.#room.resolve()
    this.#room = undefined
    const blockedMs = this.#owner.now() - this.#blockedAt
    this.blockedMs += blockedMs
    if (blockedMs >= 1) this.#owner.tell('producer_blocked', { blockedMs, queueSize: this.#count })
  }

  #throttle(isThrottled: boolean): void {
    this.#isThrottled = isThrottled
    const queueSize = this.#count
    const fillPercentage = Math.round((100 * queueSize) / this.#size)
    this.#owner.tell(isThrottled ? 'throttle_started' : 'throttle_ended', { fillPercentage, queueSize })
  }
}

type Waiting = PromiseWithResolvers<IteratorResult<unknown>>

const DONE: IteratorResult<unknown> = { done: true, value: undefined }

/** Perhaps no code awaits the promise any more: its rejection must not end the process. */
function handled(promise: Waiting['promise']): Waiting['promise'] {
  promise.catch(() => {})
  return promise
}
function reject(waiting: Waiting, error: unknown): void {
  void handled(waiting.promise)
  waiting.reject(error)
}
const rejected = (error: unknown): Waiting['promise'] => handled(Promise.reject(error))
