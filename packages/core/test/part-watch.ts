import type {
  AttemptRecord,
  CallPart,
  InterceptorContext,
  RunContext,
  StageContext,
  StageOutput,
} from '../src/index.ts'
import type { ManualClock } from '../../testing/src/index.ts'

interface Given {
  readonly name: string
  readonly log: string[]
  heard: number
}

/** What is seen of a run by the parts in its calls and by the code of its stages, and what they leave behind. */
export class PartWatch {
  /** By stage or item and its path from the root, in order: what the parts saw and did, and what was told of it. */
  readonly parts = new Map<string, string[]>()
  /** By stage or item: what its code saw and did. */
  readonly code = new Map<string, string[]>()
  readonly #clock: ManualClock
  readonly #given = new Map<CallPart, Given>()
  readonly #caller = new AbortController()
  /** What was told after the run had settled. */
  readonly late: string[] = []
  #timers = 0
  isOver = false

  constructor(clock: ManualClock) {
    this.#clock = clock
  }

  get now(): number {
    return this.#clock.now()
  }
  get signal(): AbortSignal {
    return this.#caller.signal
  }
  /** Sleeps of code that wait. */
  get timers(): number {
    return this.#timers
  }
  /** How often each part heard of an answer. */
  get heardTimes(): readonly (readonly [part: string, times: number])[] {
    return [...this.#given.values()].map(({ name, heard }) => [name, heard])
  }

  stop(): void {
    this.#caller.abort(new Error('stopped from inside'))
  }

  partLog(context: StageContext<{}, {}>): string[] {
    return logIn(this.parts, keyOf(context))
  }
  codeLog(context: StageContext<{}, {}>): string[] {
    return logIn(this.code, keyOf(context))
  }

  given(context: InterceptorContext, part: CallPart, name: string): void {
    const key = keyOf(context)
    this.#given.set(part, { name: `${name} of ${key}`, log: this.partLog(context), heard: 0 })
  }
  heard(part: CallPart, line: string): void {
    const given = this.#given.get(part) as Given
    given.heard++
    given.log.push(line)
    if (this.isOver) this.late.push(line)
  }
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.#timers++
    try {
      await this.#clock.sleep(ms, signal)
    } finally {
      this.#timers--
    }
  }

  /** What a part finds in its context. */
  seen({ attempt, startedAt, now, deadline, aborted, record, stage }: InterceptorContext): string {
    const { status, endedAt, attempts } = record
    // An attempt of a map ends when the code of its aborted items has left, how many promises later depends on what is around them.
    const endOf = (each: AttemptRecord): number | undefined => (stage.map ? undefined : each.endedAt)
    return JSON.stringify({
      attempt,
      startedAt,
      now,
      deadline,
      aborted: aborted === undefined ? undefined : String(aborted.reason),
      record: [status, endedAt],
      attempts: attempts.map((each) => [each.startedAt, endOf(each), each.status, each.error?.message]),
    })
  }
  told(output: StageOutput): string {
    const { status, data, reason, error } = output as {
      status: string
      data?: unknown
      reason?: string
      error?: Error
    }
    return JSON.stringify([status, data, reason, error?.message])
  }
}

function keyOf(context: StageContext<{}, {}>): string {
  const { stage, run } = context as InterceptorContext
  return placeIn(run, stage.name)
}

/** Where a stage or an item is in the tree of runs. */
export const placeIn = ({ parent, item }: RunContext, stage: string): string =>
  `${parent?.path ?? ''}/${stage}${item === undefined ? '' : `#${item.key}`}`

function logIn(logs: Map<string, string[]>, key: string): string[] {
  const log = logs.get(key) ?? []
  logs.set(key, log)
  return log
}
