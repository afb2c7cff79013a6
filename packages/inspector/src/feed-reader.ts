import type { Clock } from '@stageflow/core'

import type { FeedMessage, Refusal, RunList, RunSummary } from './protocol.ts'
import { Refused } from './refusal.ts'
import { sees } from './reader.ts'
import type { Reader } from './reader.ts'
import type { RunState } from './run-state.ts'
import type { GoneRun, RunStates } from './run-states.ts'
import { changedRows } from './run-view.ts'
import type { Shown } from './shown.ts'
import type { Found, Runs } from './runs.ts'

/** How often changes are sent, in ms, and how often a journal is read. */
const FLUSH_MS = 100
const JOURNAL_MS = 1_000
/** A quiet feed sends the time this often, so that its page knows that the app lives. */
const QUIET_MS = 5_000
/** After this time a feed ends. Its page opens a new one, and is authorized again. */
const LONGEST_MS = 300_000
/** How many changed runs a message has, and how many messages may wait for a reader. */
const MOST_CHANGED = 200
const MOST_WAITING = 4

export interface FeedSetup {
  readonly runs: Runs
  readonly states: RunStates
  readonly shown: Shown
  readonly hasJournal: boolean
  readonly clock: Clock
}

/** What a reader wants to see beside the list. */
export interface Wanted {
  readonly run: string | undefined
  readonly stage: string | undefined
}

/** What the feed is told of a reader. */
export interface FeedEvents {
  /** A message was left out, because the reader was behind. */
  skipped(): void
  ended(): void
}

type Sent = Omit<FeedMessage, 'now'>

/** Sends one reader states, never events: what has changed since the last message, or all of it once it is no longer behind. */
export class FeedReader {
  readonly stream: ReadableStream<Uint8Array>
  readonly #reader: Reader
  readonly #wanted: Wanted
  readonly #options: FeedSetup
  readonly #events: FeedEvents
  readonly #stop = new AbortController()
  readonly #encoder = new TextEncoder()
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #isBehind = true
  /** The revision that the last message was of, and when it was sent. */
  #revision = 0
  #sentAt = 0
  /** The list, by id, and the shown run as they were sent last, as JSON. A view of `''` told the reader that the run isn't kept. */
  #sentRuns: ReadonlyMap<string, string> = new Map()
  #sentView: string | undefined
  #problem: Refusal['error'] | undefined

  constructor(reader: Reader, wanted: Wanted, options: FeedSetup, events: FeedEvents) {
    this.#reader = reader
    this.#wanted = wanted
    this.#options = options
    this.#events = events
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
          // A feed that fails ends, and its page opens a new one.
          this.#send().catch(() => this.end())
        },
        cancel: () => this.end(),
      },
      { highWaterMark: MOST_WAITING },
    )
  }

  end(): void {
    if (this.#stop.signal.aborted) return
    this.#stop.abort()
    this.#events.ended()
    try {
      this.#controller?.close()
    } catch {
      // The reader has cancelled the stream.
    }
  }

  async #send(): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#stop
    const endsAt = clock.now() + LONGEST_MS
    let readAt = clock.now() + JOURNAL_MS
    await this.#flush()
    while (!signal.aborted && clock.now() < endsAt) {
      await clock.sleep(FLUSH_MS, signal).catch(() => undefined)
      if (signal.aborted) return
      await this.#flush()
      if (!this.#options.hasJournal || clock.now() < readAt) continue
      await this.#flushJournal()
      readAt = clock.now() + JOURNAL_MS
    }
    this.end()
  }

  async #flush(): Promise<void> {
    if (!this.#hasRoom()) return this.#skip()
    const { states, clock } = this.#options
    const revision = states.revision
    const message = this.#isBehind ? await this.#whole() : await this.#changes()
    if (isEmpty(message) && clock.now() - this.#sentAt < QUIET_MS) return
    this.#revision = revision
    this.#isBehind = false
    this.#enqueue(message)
  }

  #hasRoom(): boolean {
    return (this.#controller?.desiredSize ?? 0) > 0
  }

  #skip(): void {
    this.#isBehind = true
    this.#events.skipped()
  }

  #enqueue(message: Sent): void {
    if (this.#stop.signal.aborted) return
    this.#sentAt = this.#options.clock.now()
    const line = JSON.stringify({ now: this.#sentAt, ...message })
    this.#controller?.enqueue(this.#encoder.encode(`${line}\n`))
  }

  /** Everything that the reader wants. */
  async #whole(): Promise<Sent> {
    const before = this.#problem
    const list = await this.#list()
    this.#sentRuns = textsOf(list)
    return { list, ...(await this.#shown()), problem: this.#problem ?? solved(before) }
  }

  async #list(): Promise<RunList> {
    const { runs } = this.#options
    try {
      const list = await runs.list(this.#reader)
      this.#problem = undefined
      return list
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      this.#problem = { code: error.code, message: error.message }
      return runs.keptList(this.#reader)
    }
  }

  /** The run and the stage that the reader wants, as they are now. */
  async #shown(): Promise<Sent> {
    const { runs } = this.#options
    const { run: id, stage } = this.#wanted
    if (id === undefined) return {}
    let found: Found | undefined
    try {
      found = await runs.find(this.#reader, id)
    } catch {
      // The journal can't be read, which the list says: perhaps it has the run.
      found = runs.findKept(this.#reader, id)
      if (found === undefined) return {}
    }
    if (found === undefined) {
      this.#sentView = ''
      return { unknownRun: true }
    }
    const run = runs.view(this.#reader, found)
    this.#sentView = JSON.stringify({ ...run, now: 0 })
    return { run, stage: stage === undefined ? undefined : runs.stage(found, stage) }
  }

  /** What has changed in this process since the last message. */
  async #changes(): Promise<Sent> {
    const { states } = this.#options
    const since = this.#revision
    if (states.revision === since) return {}
    const gone = states.goneSince(since)
    const changed = [...this.#changedRuns(since)]
    if (gone === undefined || changed.length > MOST_CHANGED) return this.#whole()
    const ids = gone.filter((one) => sees(this.#reader, one.orgId) && !this.#isKeptAgain(one)).map(({ id }) => id)
    return {
      runs: changed.length === 0 ? undefined : changed,
      gone: ids.length === 0 ? undefined : ids,
      ...this.#changesOfShown(since, ids),
    }
  }

  /** A new run may have the id of one that was dropped. */
  #isKeptAgain({ id, orgId }: GoneRun): boolean {
    const run = this.#options.states.get(id)
    return run !== undefined && run.orgId === orgId
  }

  /** The changed runs of the list, and the changed children of the run that is shown. */
  *#changedRuns(since: number): Iterable<RunSummary> {
    const { states, runs } = this.#options
    for (const run of states.all()) {
      if (run.revision <= since || !sees(this.#reader, run.orgId)) continue
      const isChild = run.parent !== undefined && run.parent.id === this.#wanted.run
      if (isChild || runs.isListed(this.#reader, run)) yield runs.summary(this.#reader, run)
    }
  }

  #changesOfShown(since: number, gone: readonly string[]): Sent {
    const { runs, shown } = this.#options
    const { run: id, stage } = this.#wanted
    if (id === undefined) return {}
    const found = runs.findKept(this.#reader, id)
    if (found === undefined) return gone.includes(id) ? { unknownRun: true } : {}
    const { run } = found
    if (run.revision <= since) return {}
    const isStageChanged = stage !== undefined && hasStageChanged(run, stage, since)
    const isWhole = run.wholeRevision > since
    return {
      ...(isWhole ? { run: runs.view(this.#reader, found) } : { rows: changedRows(run, since, shown.redactors) }),
      stage: isStageChanged || (isWhole && stage !== undefined) ? runs.stage(found, stage) : undefined,
    }
  }

  /** Sends what has changed in the journal since it was read last. */
  async #flushJournal(): Promise<void> {
    if (!this.#hasRoom()) return this.#skip()
    const before = this.#problem
    const list = await this.#list()
    const problem = this.#problem
    if (problem !== undefined) {
      // Its runs are still there, so those that were sent stay.
      if (problem.message !== before?.message) this.#enqueue({ problem })
      return
    }
    const message = { ...(await this.#changesOfJournal(list)), problem: solved(before) }
    if (!isEmpty(message)) this.#enqueue(message)
  }

  async #changesOfJournal(list: RunList): Promise<Sent> {
    const [sentRuns, sentView] = [this.#sentRuns, this.#sentView]
    const texts = textsOf(list)
    const changed = list.runs.filter(({ id }) => texts.get(id) !== sentRuns.get(id))
    const gone = [...sentRuns.keys()].filter((id) => !texts.has(id))
    this.#sentRuns = texts
    const view = await this.#shown()
    const isOfJournal = view.unknownRun === true || view.run?.summary.origin === 'journal'
    return {
      runs: changed.length === 0 || changed.length > MOST_CHANGED ? undefined : changed,
      list: changed.length > MOST_CHANGED ? list : undefined,
      gone: gone.length === 0 ? undefined : gone,
      ...(isOfJournal && this.#sentView !== sentView ? view : undefined),
    }
  }
}

const isEmpty = (message: Sent): boolean => Object.values(message).every((part) => part === undefined)

/** The runs of a list as JSON, by id. */
const textsOf = ({ runs }: RunList): ReadonlyMap<string, string> =>
  new Map(runs.map((run) => [run.id, JSON.stringify(run)]))

/** What tells the reader that the journal can be read again: null, if it was told of a problem before. */
const solved = (before: Refusal['error'] | undefined): null | undefined => (before === undefined ? undefined : null)

/** Whether a stage, or something that it reads, has changed. */
function hasStageChanged({ graph, stages }: RunState, name: string, since: number): boolean {
  const dependencies = graph?.stages.find((stage) => stage.name === name)?.dependencies ?? []
  const names = [name, ...dependencies.map(({ stage }) => stage)]
  return names.some((one) => (stages.get(one)?.revision ?? 0) > since)
}
