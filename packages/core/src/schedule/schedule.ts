import {
  ABORT,
  ABORTED,
  CANCELLED,
  CELLS,
  END,
  FAILED,
  INTERRUPT,
  INTERRUPTED,
  LEFT,
  NEED,
  OK,
  OPERATION,
  OPERATION_BITS,
  PARK,
  PENDING,
  READY,
  RESUME,
  RUNNING,
  SETTLED,
  SKIP,
  SKIPPED,
  START,
  STATE,
  STATE_BITS,
  STAYS,
  STOP,
  SUSPENDED,
  UNPARK,
  WAITING,
  WHY,
  commandOf,
} from './plan.ts'
import type { EdgeRows, Plan } from './plan.ts'
import { Slots } from './slots.ts'

/**
 * Decides which stage starts when: a state machine over integers, one per run. It is fed facts, and commands
 * are taken from it. It has no promises, clock, names, outputs or user code.
 *
 * One rule serves every join. A stage that needs more dependencies than are pending is skipped. A stage that needs no more
 * starts: at once if its join is eager, otherwise when nothing is pending. After a failed dependency, join `all` is skipped.
 */
export class Schedule {
  declare readonly cells: number[]
  /** Number of running stages. */
  running = 0
  /** Number of settled stages whose code still runs. Each keeps its slot. */
  staying = 0
  /** Number of stages that have not settled. */
  declare left: number
  /** Number of suspended stages. */
  suspended = 0
  stopped = false
  interrupted = false
  /** Number of stages that wait for time to pass before they start. */
  protected armed = 0
  protected readonly plan: Plan
  /** Whether the other stages go on after a failure. */
  readonly #goOn: boolean
  /** Undefined without `maxConcurrency`. */
  readonly #slots: Slots | undefined
  /** How many dependents can still read a stage. Undefined if no stage has `late: 'abort'`. */
  protected readonly readers: Int32Array | undefined
  /**
   * For each waiting or skipped stage: the failed stage among or behind its dependencies, plus 1; 0 if no stage failed. Created at
   * the first failure after which the run goes on.
   */
  protected failures: Int32Array | undefined
  /** Stages that were skipped while they were suspended. They left their dependencies when they started. */
  #hadStarted: Set<number> | undefined
  readonly #queue: number[]
  #head = 0
  #tail = 0
  /** The place in the queue of the first command that `tellOfSkips` hasn't looked at. */
  #untold = 0
  #ended = false

  constructor(plan: Plan, limit: number, goOn: boolean) {
    this.plan = plan
    this.#goOn = goOn
    this.cells = plan.cells.slice()
    this.left = plan.count
    this.readers = plan.readers?.slice()
    if (limit === Infinity) {
      this.#queue = plan.starts.slice()
      this.#tail = plan.starts.length
    } else {
      this.#slots = new Slots(limit, plan.order)
      this.#queue = []
      for (const start of plan.starts) this.#slots.ready.add(start >> OPERATION_BITS)
    }
  }

  /** Gives a fact to the schedule: something that has happened in the run. Returns false, and changes nothing, if the fact is repeated or illegal. */
  feed(fact: number, stage: number, detail: number): boolean {
    if (fact === SETTLED) return this.#settled(stage, detail)
    if (fact === LEFT) return this.#codeLeft(stage)
    if (fact === STOP) return this.#stop()
    if (fact === INTERRUPT) return this.#interrupt()
    // Only a stage that runs can give a slot back, or get one again.
    if (this.stopped || this.state(stage) !== RUNNING) return false
    if (fact === PARK) return this.#slots?.park(stage) === true
    return fact === UNPARK && this.#slots?.unpark(stage) === true
  }

  /** Takes the next command from the schedule: what the run must do now. Returns it with its operation and stage in one integer; 0 if it must do nothing now. */
  take(): number {
    while (this.#head < this.#tail) {
      const next = this.#queue[this.#head++] as number
      if ((next & OPERATION) !== START || this.#start(next >> OPERATION_BITS)) return next
    }
    this.#head = this.#tail = this.#untold = 0
    const command = this.#slots === undefined || this.stopped ? 0 : this.#fillSlot(this.#slots)
    if (command !== 0 || this.running + this.staying + this.armed > 0 || this.#ended) return command
    this.#ended = true
    return END
  }

  /** Gives a free slot to the parked stage that has waited longest, or else to the first ready one. Returns its command, or 0. */
  #fillSlot(slots: Slots): number {
    while (slots.hasFree(this.running + this.staying)) {
      const parked = slots.resume()
      if (parked !== undefined) return commandOf(RESUME, parked)
      const stage = slots.ready.take()
      if (stage === undefined) return 0
      if (this.#start(stage)) return commandOf(START, stage)
    }
    return 0
  }

  state(stage: number): number {
    return (this.cells[stage * CELLS + STATE] as number) & STATE_BITS
  }

  /** The dependency that released or skipped the stage. −1: none. The stage itself: no reader was left. INTERRUPTED: an interrupt. */
  why(stage: number): number {
    return this.cells[stage * CELLS + WHY] as number
  }

  /** The failed stage that makes a skipped stage count as failed for its dependents; −1 if it counts as skipped. */
  failureBehind(stage: number): number {
    return (this.failures?.[stage] ?? 0) - 1
  }

  /** Whether the stage has settled while its code still runs. */
  stays(stage: number): boolean {
    return (this.cells[stage * CELLS + STATE] as number) >= STAYS
  }

  protected push(operation: number, stage: number): void {
    this.#queue[this.#tail++] = commandOf(operation, stage)
  }

  /** Starts a ready stage. Returns false if it was skipped, or the run stopped, meanwhile. */
  #start(stage: number): boolean {
    const at = stage * CELLS + STATE
    if (this.stopped || this.cells[at] !== READY) return false
    this.running++
    this.cells[at] = RUNNING
    if (this.readers !== undefined) {
      this.leaveDependencies(stage, this.readers)
      this.tellOfSkips()
    }
    return true
  }

  /**
   * A running stage has settled as `detail`: its state, plus STAYS if its code still runs. Returns false, and changes nothing, for any
   * other. A suspended stage tells no dependents: for them it hasn't settled.
   */
  #settled(stage: number, detail: number): boolean {
    const at = stage * CELLS + STATE
    if (this.cells[at] !== RUNNING) return false
    const status = detail & STATE_BITS
    if (status < OK || status > SUSPENDED) return false
    this.running--
    this.#slots?.forget(stage)
    if (detail >= STAYS) this.staying++
    this.cells[at] = detail
    if (status === SUSPENDED) {
      this.suspended++
      return true
    }
    this.left--
    // A stage that stops the run does so before its dependents are told: they count as never started, not as skipped.
    if (status === CANCELLED || (status === FAILED && !this.#goOn)) this.#stop()
    if (this.stopped) return true
    const { left } = this
    this.tellDependents(stage, status)
    if (this.left < left) this.tellOfSkips()
    return true
  }

  /** The code of a settled stage has returned, or was abandoned: its slot is free. Returns false if no code was left. */
  #codeLeft(stage: number): boolean {
    if (!this.stays(stage)) return false
    this.cells[stage * CELLS + STATE] = this.state(stage) // without STAYS
    this.staying--
    return true
  }

  #stop(): boolean {
    if (this.stopped) return false
    this.stopped = true
    this.armed = 0
    if (this.running === 0) return true
    for (let stage = 0; stage < this.plan.count; stage++) {
      if (this.cells[stage * CELLS + STATE] === RUNNING && this.readers?.[stage] !== ABORTED) this.push(ABORT, stage)
    }
    return true
  }

  /** Skips what hasn't started. Who runs is not told: the run aborts the signals of those that aren't spared. */
  #interrupt(): boolean {
    if (this.stopped || this.interrupted) return false
    this.interrupted = true
    this.plan.uninterruptible.forEach((isSpared, stage) => {
      const state = this.state(stage)
      if (isSpared || (state >= RUNNING && state !== SUSPENDED)) return
      this.cells[stage * CELLS + WHY] = INTERRUPTED
      if (this.failures !== undefined) this.failures[stage] = 0 // a failed dependency is not why it is skipped
      this.skip(stage)
    })
    this.tellOfSkips()
    return true
  }

  /** A stage has ended as `status`, and its dependents are told. */
  protected tellDependents(stage: number, status: number): void {
    this.tell(this.plan, stage, status)
  }

  /** A stage counts as ended for its dependents in `rows`: each of them goes on waiting, is released, or is skipped. */
  protected tell({ offsets, targets }: EdgeRows, stage: number, status: number): void {
    const { cells } = this
    const { eager } = this.plan
    if (status === FAILED) this.failures ??= new Int32Array(this.plan.count)
    const failures = this.failures
    for (let edge = offsets[stage] as number, end = offsets[stage + 1] as number; edge < end; edge++) {
      const target = targets[edge] as number
      const at = target * CELLS
      const pending = (cells[at + PENDING] as number) - 1
      cells[at + PENDING] = pending
      let need = cells[at + NEED] as number
      if (status === OK) {
        cells[at + NEED] = --need
        if (pending !== 0 && (need !== 0 || eager[target] === 0)) continue // the common case: it keeps waiting
      }
      if (cells[at + STATE] !== WAITING) continue
      if (failures !== undefined && status === FAILED) {
        failures[target] ||= failures[stage] || stage + 1
        // `all` starts without a skipped dependency, but not without a failed one, because its data is missing.
        if (eager[target] === 0 && this.plan.cells[at + NEED] === 1) need = pending + 1
      }
      if (need > pending) {
        cells[at + WHY] = stage
        this.skip(target)
      } else if (need <= 0 && (pending === 0 || eager[target] === 1)) {
        cells[at + WHY] = stage
        if (failures !== undefined) failures[target] = 0
        this.release(target)
      }
    }
  }

  /** The dependencies of a waiting stage let it start. */
  protected release(stage: number): void {
    this.cells[stage * CELLS + STATE] = READY
    if (this.#slots === undefined) this.push(START, stage)
    else this.#slots.ready.add(stage)
  }

  /** Skips a stage that hasn't settled. Its dependents must be told: see `tellOfSkips`. */
  protected skip(stage: number): void {
    const at = stage * CELLS + STATE
    if (this.state(stage) === SUSPENDED) {
      this.suspended--
      ;(this.#hadStarted ??= new Set()).add(stage)
    }
    this.cells[at] = ((this.cells[at] as number) & STAYS) | SKIPPED
    this.left--
    this.push(SKIP, stage)
  }

  /**
   * Tells the dependents of the stages that were skipped since it was last called. These may be skipped in turn, which adds to the
   * queue: chains may be too long for recursion. A stage skipped because of a failure counts as failed.
   */
  protected tellOfSkips(): void {
    for (; this.#untold < this.#tail; this.#untold++) {
      const command = this.#queue[this.#untold] as number
      if ((command & OPERATION) !== SKIP) continue
      const stage = command >> OPERATION_BITS
      if (this.readers !== undefined && this.#hadStarted?.has(stage) !== true)
        this.leaveDependencies(stage, this.readers)
      this.tellDependents(stage, this.failureBehind(stage) < 0 ? SKIPPED : FAILED)
    }
  }

  /** A stage no longer reads its dependencies. */
  protected leaveDependencies(stage: number, readers: Int32Array): void {
    const { sources, sourceOffsets } = this.plan
    for (let edge = sourceOffsets[stage] as number, end = sourceOffsets[stage + 1] as number; edge < end; edge++)
      this.leave(sources[edge] as number, readers)
  }

  /** A stage has one reader less. Aborts or skips it if it has `late: 'abort'` and no other reader. */
  protected leave(source: number, readers: Int32Array): void {
    const before = readers[source] as number
    // It isn't stopped for lack of readers, or was stopped already. After an interrupt, what still runs may end.
    if (before <= 0 || this.interrupted) return
    readers[source] = before - 1
    if (before > 1) return
    const state = this.state(source)
    if (state === RUNNING) {
      readers[source] = ABORTED
      this.push(ABORT, source)
    } else if (state < RUNNING || state === SUSPENDED) {
      this.cells[source * CELLS + WHY] = source
      this.skip(source)
    }
  }
}
