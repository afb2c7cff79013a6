import type { Plan } from './plan.ts'
import { ReadyHeap } from './ready-heap.ts'
import {
  ABORT,
  ABORTED,
  CANCELLED,
  CELLS,
  END,
  FAILED,
  LEFT,
  NEED,
  OK,
  READY,
  RUNNING,
  SETTLED,
  SKIP,
  SKIPPED,
  START,
  STATE,
  STATE_BITS,
  STAYS,
  STOP,
  WAITING,
  WHY,
  commandOf,
  operationOf,
  stageOf,
} from './schedule-codes.ts'

/**
 * Which stage may start when: a state machine over integers, one a run. It takes facts, gives commands, and knows no promise,
 * clock, name, output or user code. One rule serves every join: a stage that needs more than is pending is skipped; one that
 * needs nothing more starts, at once if its join is eager, else when nothing is pending. A failure puts `all` out of reach.
 */
export class Schedule {
  declare readonly cells: number[]
  /** Stages that run. */
  running = 0
  /** Stages that have ended while their code still runs: each keeps its slot. */
  staying = 0
  /** Stages that have not settled. */
  declare left: number
  stopped = false
  readonly #plan: Plan
  /** How many stages may run at once; 0: any number. */
  readonly #limit: number
  /** A failed stage counts as not ok, and the rest go on. */
  readonly #goOn: boolean
  readonly #heap: ReadyHeap | undefined
  /** Dependents that can still read a stage; only where the plan has stages that end as late. */
  readonly #readers: Int32Array | undefined
  /**
   * The failed stage, plus 1, among or behind the dependencies of each stage that waits or was skipped; 0: none. Made at the
   * first failure that the run goes on after.
   */
  #failures: Int32Array | undefined
  readonly #queue: number[]
  #head = 0
  #tail = 0
  #ended = false

  constructor(plan: Plan, limit: number, goOn: boolean) {
    this.#plan = plan
    this.#limit = limit
    this.#goOn = goOn
    this.cells = plan.cells.slice()
    this.left = plan.count
    this.#readers = plan.readers?.slice()
    if (limit === 0) {
      this.#queue = plan.starts.slice()
      this.#tail = plan.starts.length
    } else {
      this.#heap = new ReadyHeap(plan.order)
      this.#queue = []
      for (const start of plan.starts) this.#heap.add(stageOf(start))
    }
  }

  /** Takes a fact; false: repeated or illegal, and ignored. */
  feed(fact: number, stage: number, detail: number): boolean {
    if (fact === SETTLED) return this.#settled(stage, detail)
    if (fact === LEFT) return this.#codeLeft(stage)
    return fact === STOP && this.#stop()
  }

  /** The next command, an operation and a stage in one integer; 0: none now. */
  take(): number {
    while (this.#head < this.#tail) {
      const next = this.#queue[this.#head++] as number
      if (operationOf(next) !== START || this.#start(stageOf(next))) return next
    }
    this.#head = this.#tail = 0
    const heap = this.#heap
    if (heap !== undefined && !this.stopped) {
      while (heap.size > 0 && this.running + this.staying < this.#limit) {
        const stage = heap.take()
        if (this.#start(stage)) return commandOf(START, stage)
      }
    }
    if (this.running + this.staying > 0 || this.#ended) return 0
    this.#ended = true
    return END
  }

  state(stage: number): number {
    return (this.cells[stage * CELLS + STATE] as number) & STATE_BITS
  }

  /** The dependency that released or skipped the stage; −1: none; the stage itself: it came too late. */
  why(stage: number): number {
    return this.cells[stage * CELLS + WHY] as number
  }

  /** The failed stage because of which a skipped stage counts as failed for its dependents; −1: it counts as skipped. */
  failureBehind(stage: number): number {
    return (this.#failures?.[stage] ?? 0) - 1
  }

  /** Whether the stage has ended and its code has not. */
  stays(stage: number): boolean {
    return (this.cells[stage * CELLS + STATE] as number) >= STAYS
  }

  #push(operation: number, stage: number): void {
    this.#queue[this.#tail++] = commandOf(operation, stage)
  }

  /** A stage that was skipped or stopped after it became ready does not start. */
  #start(stage: number): boolean {
    const at = stage * CELLS + STATE
    if (this.stopped || this.cells[at] !== READY) return false
    this.running++
    this.cells[at] = RUNNING
    if (this.#readers !== undefined) this.#skipBehind(this.#unread(stage, undefined))
    return true
  }

  #settled(stage: number, detail: number): boolean {
    const at = stage * CELLS + STATE
    if (this.cells[at] !== RUNNING) return false
    const status = detail & STATE_BITS
    if (status < OK || status > CANCELLED) return false
    this.running--
    if (detail >= STAYS) this.staying++
    this.cells[at] = detail
    this.left--
    // What stops the run stops it first: its dependents never started, they were not skipped.
    if (status === CANCELLED || (status === FAILED && !this.#goOn)) this.#stop()
    if (!this.stopped) this.#skipBehind(this.#tellDependents(stage, status, undefined))
    return true
  }

  #codeLeft(stage: number): boolean {
    const at = stage * CELLS + STATE
    if (!this.stays(stage)) return false
    ;(this.cells[at] as number) &= STATE_BITS
    this.staying--
    return true
  }

  #stop(): boolean {
    if (this.stopped) return false
    this.stopped = true
    if (this.running === 0) return true
    for (let stage = 0; stage < this.#plan.count; stage++) {
      if (this.cells[stage * CELLS + STATE] === RUNNING && this.#readers?.[stage] !== ABORTED) this.#push(ABORT, stage)
    }
    return true
  }

  /** A stage settled: releases or skips its dependents. Adds to the skipped, whose dependents are still to be told. */
  #tellDependents(stage: number, status: number, skipped: number[] | undefined): number[] | undefined {
    const { offsets, targets, eager } = this.#plan
    const { cells } = this
    if (status === FAILED) this.#failures ??= new Int32Array(this.#plan.count)
    const failures = this.#failures
    for (let edge = offsets[stage] as number, end = offsets[stage + 1] as number; edge < end; edge++) {
      const target = targets[edge] as number
      const at = target * CELLS
      const pending = --(cells[at] as number)
      let need = cells[at + NEED] as number
      if (status === OK) {
        cells[at + NEED] = --need
        if (pending !== 0 && (need !== 0 || eager[target] === 0)) continue // the common case: it waits on
      }
      if (cells[at + STATE] !== WAITING) continue
      if (failures !== undefined && status === FAILED) {
        failures[target] ||= failures[stage] || stage + 1
        // `all` starts without what its dependencies left out, but what failed was not left out: its data is missing.
        if (eager[target] === 0 && this.#plan.cells[at + NEED] === 1) need = pending + 1
      }
      if (need > pending) {
        cells[at + WHY] = stage
        skipped = this.#skip(target, skipped)
      } else if (need <= 0 && (pending === 0 || eager[target] === 1)) {
        cells[at + WHY] = stage
        cells[at + STATE] = READY
        if (failures !== undefined) failures[target] = 0
        if (this.#heap === undefined) this.#push(START, target)
        else this.#heap.add(target)
      }
    }
    return skipped
  }

  /** Skips what stages that were skipped take with them; those that a failure skipped count as failed. A list instead of recursion. */
  #skipBehind(skipped: number[] | undefined): void {
    for (let stage = skipped?.pop(); stage !== undefined; stage = skipped?.pop()) {
      if (this.#readers !== undefined) skipped = this.#unread(stage, skipped)
      skipped = this.#tellDependents(stage, this.failureBehind(stage) < 0 ? SKIPPED : FAILED, skipped)
    }
  }

  #skip(stage: number, skipped: number[] | undefined): number[] {
    this.cells[stage * CELLS + STATE] = SKIPPED
    this.left--
    this.#push(SKIP, stage)
    if (skipped === undefined) return [stage]
    skipped.push(stage)
    return skipped
  }

  /** `stage` reads no more: what only it could still read ends as late, unless it settled. Adds to the skipped. */
  #unread(stage: number, skipped: number[] | undefined): number[] | undefined {
    const { sources, sourceOffsets } = this.#plan
    const readers = this.#readers as Int32Array
    for (let edge = sourceOffsets[stage] as number, end = sourceOffsets[stage + 1] as number; edge < end; edge++) {
      const source = sources[edge] as number
      if ((readers[source] as number) <= 0 || --(readers[source] as number) !== 0) continue
      const at = source * CELLS
      if (this.cells[at + STATE] === RUNNING) {
        readers[source] = ABORTED
        this.#push(ABORT, source)
      } else if ((this.cells[at + STATE] as number) < RUNNING) {
        this.cells[at + WHY] = source
        skipped = this.#skip(source, skipped)
      }
    }
    return skipped
  }
}
