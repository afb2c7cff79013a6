import { ContextSnapshot } from '@stageflow/core'
import type { Clock, RunAuthor, RunInput, StageGraph } from '@stageflow/core'
import { isGuarded } from '@stageflow/core/durable'
import { codeOf } from '@stageflow/core/kit'

import type { RunAdmissions } from './admission.ts'
import { checkFit, checkInput, isCarriedElsewhere } from './claim.ts'
import type { NewRun } from './claim.ts'
import { ask } from './journal.ts'
import type { Journal } from './journal.ts'
import { jsonText } from './json.ts'
import { graphOf } from './run-row.ts'
import type { Settled } from './run-result.ts'
import { RunExists, splitOptions } from './runs.ts'
import type { Runs } from './runs.ts'
import { takenId } from './schedule.ts'

type Graph = StageGraph<unknown, unknown>

export interface StartsPlan {
  readonly journal: Journal
  readonly owner: string
  readonly clock: Clock
  readonly maxFactLength: number
}

/** What a caller starts a run with. */
export interface GivenRun {
  readonly input: RunInput | ContextSnapshot
  readonly options: object
}
/** What a schedule starts a run with. */
export interface ScheduledRun {
  readonly input: RunInput
  readonly options: object
  /** The part of the app that starts it, and who it is for; undefined without a name. */
  readonly author: (RunAuthor & { readonly system: string }) | undefined
  readonly scheduled: { readonly name: string; readonly time: number }
}

/** Starts runs, each id once. */
export class Starts {
  readonly #plan: StartsPlan
  readonly #runs: Runs
  readonly #admissions: RunAdmissions

  constructor(plan: StartsPlan, runs: Runs, admissions: RunAdmissions) {
    this.#plan = plan
    this.#runs = runs
    this.#admissions = admissions
  }

  /** Starts a run for a caller, or attaches to the one that has this id. */
  async startOrAttach(graph: Graph, runId: string, { input, options }: GivenRun): Promise<Settled> {
    const { journal } = this.#plan
    const { pinned, leg } = splitOptions(options)
    const created = this.#newRun(runId, input, pinned)
    // A server that has no such run yet need not be asked: what adds it finds it, if it has.
    let isNew = journal.isRemote && !isGuarded(graph) && !this.#runs.has(runId)
    for (;;) {
      const found = isNew ? undefined : journal.read(ask('findRun', runId))
      isNew = false
      // Without a wait if the journal answers at once: a cancel that comes with the start finds the run.
      const row = found instanceof Promise ? await found : found
      if (row !== undefined) {
        // First of all: what follows tells about the run.
        await this.#admissions.later(graph, 'attach', row, options)
        checkFit(graph, runId, graphOf(row), [])
        checkInput(runId, row.input, created)
        try {
          return await this.#runs.attach(graph, runId, leg, row.n)
        } catch (error) {
          // It was deleted meanwhile: its id is free, or of another run, which this caller was not admitted to.
          if (codeOf(error) !== 'durable-engine/unknown-run') throw error
        }
      } else if (this.#runs.has(runId)) {
        await this.#runs.seen(runId)
      } else {
        // Without a wait, too, if no interceptor checks.
        const admitted = isGuarded(graph)
          ? await this.#admissions.start(graph, runId, created.input, options)
          : undefined
        try {
          return await this.#runs.start(graph, runId, leg, { ...created, admitted })
        } catch (error) {
          if (!(error instanceof RunExists)) throw error
        }
      }
    }
  }

  /** Starts a run of a schedule, unless there is one of its id. Resolves once it is in the journal; it is carried on meanwhile. */
  async startOnce(graph: Graph, runId: string, run: ScheduledRun): Promise<void> {
    const { journal, owner } = this.#plan
    const { input, options, author, scheduled } = run
    const { pinned, leg } = splitOptions(options)
    const created = this.#newRun(runId, input, pinned)
    const admitted = isGuarded(graph)
      ? await this.#admissions.start(graph, runId, created.input, options, author)
      : author && { kept: {}, by: author }
    const added = Promise.withResolvers<boolean>()
    const isAdded = (): void => added.resolve(true)
    // After the run was added, how it ends is too late to matter: the journal has that.
    this.#runs
      .start(graph, runId, leg, { ...created, admitted, scheduled, onAdded: isAdded })
      .then(isAdded, (error: unknown) => (error instanceof RunExists ? added.resolve(false) : added.reject(error)))
    if (await added.promise) return
    // A write, because it comes after those of callers who wait for a run of this id.
    const [row, newest] = await journal.write(function* () {
      const found = yield* ask('findRun', runId)
      return [found, (yield* ask('findSchedule', scheduled.name))?.newest ?? 0] as const
    })
    if (row === undefined) return this.startOnce(graph, runId, run)
    // What adds the run of a schedule notes its time.
    if (newest < scheduled.time) throw takenId(scheduled.name, row)
    // The journal has repeated the write that added it, and found it there. This process may have released it since.
    const isLeftHere = row.status === 'running' && !isCarriedElsewhere(row, owner) && !this.#runs.has(runId)
    if (isLeftHere) void this.#runs.attach(graph, runId, leg, row.n).catch(() => {})
  }

  /** What a run would be started with. */
  #newRun(runId: string, given: RunInput | ContextSnapshot | undefined, pinned: object): Omit<NewRun, 'admitted'> {
    const { clock, maxFactLength } = this.#plan
    const snapshot = given instanceof ContextSnapshot ? given : new ContextSnapshot(given)
    // What isn't a snapshot yet is kept as it was given, without the defaults of one.
    const input = given === snapshot ? (snapshot.toJSON() as RunInput) : (given ?? {})
    // A clock may give fractions. A whole time can be used as `from` and `to` of a list.
    const startedAt = Math.floor(clock.now())
    const created = { ...input, createdAt: input.createdAt ?? startedAt }
    const text = jsonText(created, `The input of run "${runId}"`, maxFactLength)
    return { input, text, pinned, startedAt }
  }
}
