import { stoppedOutput } from '../call/answers.ts'
import { Output } from '../contract/output.ts'
import type { AttemptRecord, StageRecord } from '../contract/results.ts'
import { nodeAt } from '../graph/graph.ts'
import type { StageNode } from '../graph/graph.ts'
import type { Outlet } from '../report/run-events.ts'
import type { Writable } from '../report/record.ts'
import type { EdgeSchedule } from '../schedule/edge-schedule.ts'
import { FAILED, OK, RUNNING, SUSPENDED } from '../schedule/plan.ts'
import { Hold } from './hold.ts'
import type { ReadersRun } from './stream-reader.ts'

/** The options of a stage behind a gate. */
export interface HeldOptions {
  readonly maxHeld?: number
}
const DEFAULT_MAX_HELD = 1_000

/** The stages of a run that are behind gates. */
export class Gates {
  readonly #run: ReadersRun
  readonly #holds = new Map<number, Hold>()

  constructor(run: ReadersRun) {
    this.#run = run
  }

  get #schedule(): EdgeSchedule {
    return this.#run.facts.schedule as EdgeSchedule
  }

  /** The hold of a stage that runs behind closed gates. */
  #closed(stage: number): Hold | undefined {
    const known = this.#holds.get(stage)
    if (known !== undefined) return known.isClosed ? known : undefined
    const schedule = this.#schedule
    return schedule.state(stage) === RUNNING && schedule.isHeld(stage) ? this.#begin(stage) : undefined
  }
  #begin(stage: number): Hold {
    const { facts } = this.#run
    const { name, info } = nodeAt(facts.graph, stage)
    const { maxHeld = DEFAULT_MAX_HELD }: HeldOptions = info.options as object
    const hold = new Hold(name, maxHeld, facts.outlet, facts.events)
    this.#holds.set(stage, hold)
    return hold
  }

  outletOf(stage: number): Outlet | undefined {
    return this.#closed(stage) ?? this.#holds.get(stage)
  }
  keepChunk(stage: number, publish: (at: number) => void): boolean {
    if (this.hides(stage)) return true
    const hold = this.#closed(stage)
    if (hold === undefined) return false
    const at = this.#run.facts.clock.now()
    hold.keepChunk(() => publish(at))
    return true
  }
  room(stage: number): Promise<void> | undefined {
    return this.#closed(stage)?.room()
  }
  codeBegins({ index }: StageNode): void {
    // Of several attempts only the chunks of the last one are published.
    if ((this.#run.facts.stages?.[index]?.attempts?.length ?? 0) > 1) this.#holds.get(index)?.forgetChunks()
  }

  /** The call of a stage has its answer. Returns what to publish now; undefined if that is kept back. */
  answered(stage: number, answer: Output | object): Output | object | undefined {
    const { facts, loop } = this.#run
    // The run was stopped while the code of the stage still ran.
    if (this.hides(stage)) return stoppedOutput(this.#run)
    const hold = this.#closed(stage)
    if (hold === undefined) {
      this.#holds.get(stage)?.publishChunks()
      return answer
    }
    if (facts.schedule.stopped) {
      hold.discard()
      return stoppedOutput(this.#run)
    }
    this.#keepAttempt(stage, answer)
    hold.answer = answer
    if (facts.stage(stage).runningCode === 0) loop.park(stage)
    return undefined
  }

  /** The attempt of an unwrapped stage ends with its code, and not when its gates have opened. */
  #keepAttempt(stage: number, answer: Output | object): void {
    const { facts } = this.#run
    const known = facts.stage(stage)
    if (nodeAt(facts.graph, stage).wrapped !== undefined || known.attempts !== undefined) return
    const output = answer instanceof Output ? answer : new Output('ok', answer)
    known.soleAttempt(facts.times[2 * stage] as number, output, facts.times[2 * stage + 1] as number)
  }

  /** All gates of a stage have opened: it does what it has done, in order. */
  release(stage: number, now: number): void {
    const hold = this.#closed(stage)
    if (hold === undefined) return
    const { facts, loop } = this.#run
    const { answer } = hold
    hold.open(answer === undefined && this.#hasFailed(stage))
    // Read again, because of what was interrupted since then only data counts.
    if (answer !== undefined) loop.publish(stage, answer instanceof Output ? facts.answer(stage, answer) : answer, now)
  }

  /** Whether the last attempt has failed, so that there may be another one. */
  #hasFailed(stage: number): boolean {
    const status = this.#run.facts.stage(stage).attempts?.at(-1)?.status
    return status === 'fail' || status === 'retry'
  }

  /** A stage ends in another way than by its own answer. */
  discard(stage: number): void {
    this.#closed(stage)?.discard()
  }

  /** The run was stopped: no gate opens any more. */
  stopped(): void {
    const { facts, loop } = this.#run
    const now = facts.clock.now()
    for (const [stage, hold] of this.#holds) {
      if (!hold.isClosed) continue
      hold.discard()
      if (hold.answer !== undefined) loop.publish(stage, stoppedOutput(this.#run), now)
    }
  }

  /** Why a stage was skipped, if a gate refused it. */
  refusal(stage: number): string | undefined {
    const gate = this.#schedule.refusedBy(stage)
    if (gate === undefined) return undefined
    const state = this.#schedule.state(gate)
    const ended = state === FAILED ? 'fail' : state > OK && state !== SUSPENDED ? 'skip' : 'cancel'
    return `gate "${nodeAt(this.#run.facts.graph, gate).name}" ended ${ended}`
  }

  /** Whether what a stage has done is never shown. */
  hides(stage: number): boolean {
    return this.#holds.get(stage)?.isDiscarded === true
  }
}

/** The record of a stage whose work is never shown: its times, attempts, notes and usage. */
export function withoutWork(record: Writable<StageRecord>): Writable<StageRecord> {
  const shown = { ...record, attempts: record.attempts.map(withoutError) }
  delete shown.children
  if (record.items !== undefined) shown.items = { ...record.items, records: [] }
  return shown
}
function withoutError(attempt: AttemptRecord): AttemptRecord {
  const shown: Partial<Writable<AttemptRecord>> = { ...attempt }
  delete shown.error
  return shown as AttemptRecord
}
