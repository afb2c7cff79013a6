import { StageflowError } from '@stageflow/core'
import type { Clock } from '@stageflow/core'
import { parseKey, withoutRound } from '@stageflow/core/durable'
import type { CallFacts, DurableStart, Fact, Interrupt, StageExecutor } from '@stageflow/core/durable'
import type { RecordedFact } from '../durable-runs/leg.ts'
import type { Cassette, RecordedChunk } from './cassette.ts'

/** A call of a stage that runs live. */
interface LiveCall {
  readonly call: () => Promise<CallFacts>
  hasBegun: boolean
  /** How it ended. */
  facts: CallFacts | undefined
}

/** A live call that has ended. */
interface EndedCall {
  readonly key: string
  readonly facts: CallFacts
}

/** Whether a key is that of a stage, or of something inside it. */
const isUnder = (key: string, stage: string): boolean =>
  key === stage || ['/', '#', '@', '~'].some((mark) => key.startsWith(stage + mark))

/** The key of the call that a chunk came from: the nearest one at its path, or above it. */
function callOf(path: string, keys: { has(key: string): boolean }): string | undefined {
  for (let key = path; key !== ''; key = keyAbove(key)) if (keys.has(key)) return key
  return undefined
}

/** What a key is inside of: that of `kid/items#2` is `kid/items`, whose is `kid`. The one of a top stage is empty. */
const keyAbove = (key: string): string => key.replace(/(^|[/#~])[^/#~]*$/, '')

/** The executor of a replayed run: gives recorded facts in their order, and calls only the stages that run live. */
export class CassettePlayer implements StageExecutor {
  readonly start: DurableStart
  readonly leg = 1
  /** The facts of this run. */
  readonly given: RecordedFact[] = []
  readonly #clock: Clock
  readonly #live: readonly string[]
  readonly #recorded: RecordedFact[]
  /** What the run has asked for and not got, by kind and key. */
  readonly #wanted = new Set<string>()
  readonly #calls = new Map<string, LiveCall>()
  #at: number
  /** How much later than in the recording each live call began, in ms, by its key without a round. */
  readonly #shifts = new Map<string, number>()
  #wake: (() => void) | undefined

  constructor({ start, facts }: Cassette, live: readonly string[], clock: Clock) {
    this.start = structuredClone(start)
    this.#recorded = structuredClone(facts) as RecordedFact[]
    this.#live = live
    this.#clock = clock
    this.#at = start.startedAt
  }

  /** The keys of recorded calls that were not given. */
  get unused(): readonly string[] {
    return this.#recorded.filter(({ kind, key }) => kind === 'call' && !this.#isLive(key)).map(({ key }) => key)
  }

  execute(key: string, call: () => Promise<CallFacts>): void {
    if (this.#isLive(key)) this.#calls.set(key, { call, hasBegun: false, facts: undefined })
    else this.#wanted.add(`call ${key}`)
  }
  timer(key: string): void {
    this.#wanted.add(`timer ${key}`)
  }
  wait(key: string): void {
    this.#wanted.add(`answer ${key}`)
  }
  stop(key: string, reason: string, interrupt?: Interrupt): void {
    this.#recorded.unshift({ kind: 'stop', key, reason, at: this.#at, ...(interrupt && { interrupt }) })
    this.#wake?.()
  }

  async next(): Promise<Fact | undefined> {
    for (;;) {
      this.#beginAll() // now, since a live stage reads its inputs as it begins
      const due = this.#recorded.find((fact) => this.#isDue(fact))
      if (due !== undefined && !this.#isOfLiveCall(due)) return this.#giveRecorded(due)
      // A live call ends in the place of its recorded fact. A call that the recording lacks ends when it does.
      const ended = due === undefined ? this.#anyEnded() : this.#endedAt(due.key)
      if (ended !== undefined) return this.#giveLive(ended, due)
      if (this.#calls.size === 0) return this.#rest()
      await this.#somethingEnds()
    }
  }

  #isLive(key: string): boolean {
    return this.#live.some((stage) => isUnder(key, stage))
  }
  #isOfLiveCall({ kind, key }: RecordedFact): boolean {
    return kind === 'call' && this.#calls.has(key)
  }
  /** Whether the run has come to a recorded fact. */
  #isDue(fact: RecordedFact): boolean {
    return fact.kind === 'stop' || this.#wanted.has(`${fact.kind} ${fact.key}`) || this.#isOfLiveCall(fact)
  }

  #endedAt(key: string): EndedCall | undefined {
    const facts = this.#calls.get(key)?.facts
    return facts && { key, facts }
  }
  #anyEnded(): EndedCall | undefined {
    for (const key of this.#calls.keys()) {
      const ended = this.#endedAt(key)
      if (ended !== undefined) return ended
    }
    return undefined
  }

  #giveRecorded(fact: RecordedFact): Fact {
    this.#take(fact)
    this.#wanted.delete(`${fact.kind} ${fact.key}`)
    return this.#give(fact)
  }
  /** Gives how a live call ended, instead of its recorded fact. */
  #giveLive({ key, facts }: EndedCall, recorded: RecordedFact | undefined): Fact {
    if (recorded !== undefined) this.#take(recorded)
    this.#calls.delete(key)
    return this.#give({ kind: 'call', key, facts, at: facts.endedAt })
  }
  #take(fact: RecordedFact): void {
    this.#recorded.splice(this.#recorded.indexOf(fact), 1)
  }
  #give(fact: RecordedFact): Fact {
    this.#at = Math.max(this.#at, fact.at)
    const own = { ...fact, at: this.#at }
    this.given.push(own)
    return structuredClone({ ...own, replayed: false }) as Fact
  }

  /** Nothing is left to give. */
  #rest(): undefined {
    const key = [...this.#wanted].find((what) => what.startsWith('call '))?.slice('call '.length)
    if (key === undefined) return undefined
    const live = [...this.#live, key].map((one) => `'${stagesIn(one)}'`).join(', ')
    throw new StageflowError(
      'testing/not-recorded',
      `The run came to "${shown(key)}", which the cassette has no fact of. Call it: replayRun(graph, cassette, { live: [${live}] }); or record the run again.`,
    )
  }

  #beginAll(): void {
    for (const [key, live] of this.#calls) {
      if (live.hasBegun) continue
      live.hasBegun = true
      // Its times continue those of the recording.
      const shift = this.#clock.now() - this.#at
      this.#shifts.set(withoutRound(key), shift)
      void live.call().then((facts) => {
        live.facts = JSON.parse(JSON.stringify(earlier(facts, shift))) as CallFacts
        this.#wake?.()
      })
    }
  }
  #somethingEnds(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve))
  }

  /** A chunk of a live call, with the time of the replayed run. */
  moved(chunk: RecordedChunk): RecordedChunk {
    const shift = this.#shifts.get(callOf(chunk.path, this.#shifts) ?? '') ?? 0
    return { ...chunk, at: chunk.at - shift }
  }
  /** The recorded chunks of the calls that were given. */
  givenChunks(chunks: readonly RecordedChunk[]): readonly RecordedChunk[] {
    const given = new Set(this.given.map(({ key }) => withoutRound(key)).filter((key) => !this.#isLive(key)))
    return chunks.filter(({ path }) => callOf(path, given) !== undefined)
  }
}

/** The names of the stages of a key that can run alone: up to a map, or to a child pipeline that repeats. */
function stagesIn(key: string): string {
  const { parts } = parseKey(key)
  const last = parts.findIndex(({ place, isSource }) => place !== undefined || isSource)
  return parts
    .slice(0, last < 0 ? parts.length : last + 1)
    .map(({ name }) => name)
    .join('/')
}
const shown = (key: string): string => key.replaceAll('%2F', '/')

const earlier = (facts: CallFacts, ms: number): CallFacts => ({
  ...facts,
  startedAt: facts.startedAt - ms,
  endedAt: facts.endedAt - ms,
  ...(facts.attempts && {
    attempts: facts.attempts.map(({ startedAt, endedAt, ...attempt }) => ({
      ...attempt,
      startedAt: startedAt - ms,
      endedAt: endedAt === undefined ? undefined : endedAt - ms,
    })),
  }),
})
