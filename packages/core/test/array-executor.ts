import type { CallFacts, DurableStart, Fact, Interrupt, StageExecutor } from '../src/durable.ts'

type Kept = Fact extends infer One ? (One extends unknown ? Omit<One, 'replayed'> : never) : never

/** An executor that keeps facts in an array. A leg begins with those of the legs before it. */
export class ArrayExecutor implements StageExecutor {
  readonly facts: Kept[]
  /** The keys of the calls that it has begun. */
  readonly begun: string[] = []
  readonly start: DurableStart
  readonly leg: number
  readonly lost: AbortSignal | undefined
  readonly waiting = new Map<string, unknown>()
  /** Whether the run still waits for an answer, by its key. */
  readonly isOpen = new Map<string, () => boolean>()
  #next = 0
  readonly #past: number
  readonly #held: [string, () => Promise<CallFacts>][] = []
  #underWay = 0
  #at: number
  /** Kinds and keys of the first `seen` facts. */
  readonly #known = new Set<string>()
  #seen = 0
  readonly #timers = new Map<string, number>()
  #wake: (() => void) | undefined
  /** Gives the time of a fact. Default: one ms after the last. */
  readonly now: () => number

  constructor(
    past: readonly Kept[] = [],
    {
      start,
      leg = past.length > 0 ? 2 : 1,
      now,
      lost,
    }: { start?: Partial<DurableStart>; leg?: number; now?: () => number; lost?: AbortSignal } = {},
  ) {
    this.facts = structuredClone(past) as Kept[]
    this.#past = past.length
    this.start = { runId: 'run-1', startedAt: 1_000, input: {}, ...start }
    this.leg = leg
    this.lost = lost
    this.#at = past.at(-1)?.at ?? this.start.startedAt
    this.now = now ?? (() => this.#at + 1)
  }

  #has(kind: string, key: string): boolean {
    for (; this.#seen < this.facts.length; this.#seen++) {
      const fact = this.facts[this.#seen] as Kept
      this.#known.add(`${fact.kind} ${fact.key}`)
    }
    return this.#known.has(`${kind} ${key}`)
  }
  put(
    fact:
      | Omit<Extract<Kept, { kind: 'call' }>, 'at'>
      | Omit<Extract<Kept, { kind: 'answer' }>, 'at'>
      | Omit<Extract<Kept, { kind: 'stop' }>, 'at'>
      | Omit<Extract<Kept, { kind: 'timer' }>, 'at'>,
  ): void {
    this.#at = Math.max(this.#at, this.now())
    this.facts.push(JSON.parse(JSON.stringify({ ...fact, at: this.#at })) as Kept)
    this.#wake?.()
    this.#wake = undefined
  }

  execute(key: string, call: () => Promise<CallFacts>): void {
    if (!this.#has('call', key)) this.#held.push([key, call])
  }
  timer(key: string, at: number): void {
    if (!this.#has('timer', key)) this.#timers.set(key, at)
  }
  wait(key: string, request: unknown, isWanted: () => boolean): void {
    this.waiting.set(key, request)
    this.isOpen.set(key, isWanted)
  }
  stop(key: string, reason: string, interrupt?: Interrupt): void {
    this.put({ kind: 'stop', key, reason, ...(interrupt && { interrupt }) })
  }
  answer(key: string, answer: unknown): void {
    this.put({ kind: 'answer', key, answer })
  }
  /** Lets the timers pass whose time has come. */
  pass(): void {
    for (const [key, at] of this.#timers) {
      if (at > this.now()) continue
      this.#timers.delete(key)
      this.put({ kind: 'timer', key })
    }
  }

  async next(): Promise<Fact | undefined> {
    for (;;) {
      if (this.#next === this.#past) this.pass()
      const fact = this.facts[this.#next]
      if (fact !== undefined) {
        const replayed = this.#next++ < this.#past
        return { ...(JSON.parse(JSON.stringify(fact)) as Kept), replayed } as Fact
      }
      for (const [key, call] of this.#held.splice(0)) this.#begin(key, call)
      if (this.#underWay === 0 && this.facts.length === this.#next) return undefined
      if (this.facts.length === this.#next) await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  #begin(key: string, call: () => Promise<CallFacts>): void {
    this.#underWay++
    this.begun.push(key)
    void call().then((facts) => {
      this.#underWay--
      if (facts.lost !== true && this.lost?.aborted !== true) this.put({ kind: 'call', key, facts })
    })
  }
}
