import { StageflowError } from '@stageflow/core'

import type { FactKey, FactRow, InboxRow, ListedRun, RunRow, RunStatus, ScheduleRow } from './rows.ts'

/** A run that is new in a journal. Its first leg begins with fact 0, fence 1 and leg 1. */
export interface AddedRun {
  readonly id: string
  readonly pipeline: string
  /** The shape of its graph, as JSON. */
  readonly graph: string
  readonly owner: string
  readonly userId: string | null
  readonly orgId: string | null
  readonly startedAt: number
  readonly input: string
  readonly options: string
  readonly kept: string | null
}
/** A run that begins its next leg. Its fence and its leg go up by one; its error and its time to wake up are removed. */
export interface ClaimedRun {
  readonly run: number
  readonly owner: string
  readonly graph: string
  readonly facts: number
  readonly crashes: number
}
/** How a leg has ended. Its fence goes up by one, and the run has no owner. */
export interface EndedLeg {
  readonly run: number
  readonly fence: number
  readonly status: RunStatus
  readonly result: string | null
  readonly error: string | null
  readonly wakeAt: number | null
}
/** A failed run that is tried again with these facts. Its fence and its number of retries go up by one; its result and its error are removed. */
export interface ReopenedRun {
  readonly run: number
  readonly options: string
  readonly facts: readonly FactRow[]
}
/** A fact of a leg. `taken`: the number of the row of the inbox that it was made from. */
export interface AddedFact extends FactRow {
  readonly run: number
  readonly fence: number
  readonly taken: number | undefined
}
/** `early` rows wait for their question, and `refused` ones tell of an answer; all others call the process that carries the run. */
export type AddedInboxRow = Omit<InboxRow, 'n'> & { readonly run: number }

export interface RunFilter {
  readonly status: RunStatus | null
  readonly pipeline: string | null
  readonly userId: string | null
  readonly orgId: string | null
  /** Only runs that started at this time or later, in ms since 1970. */
  readonly from: number | null
  /** Only runs that started before it. */
  readonly to: number | null
  /** Only runs that come after this one: they started earlier, or at the same time with a lower number. */
  readonly before: { readonly startedAt: number; readonly n: number } | null
  readonly limit: number
}
export type OwnedRun = Pick<RunRow, 'n' | 'id' | 'fence'>
export type FoundRun = Pick<RunRow, 'n' | 'id' | 'status' | 'owned'>

/** What an act can ask of the tables of a journal. `run`: the number of a run. */
export interface Tables {
  /** Locks the run until the end of the transaction if it is asked in a write. */
  findRun(id: string): RunRow | undefined
  /** What the last leg of the run ended with, as `endLeg` was given it. Null in the first leg, and after `reopenRun`. */
  resultText(run: number): string | null
  /** By their time of start, the newest first. Reads no input, no options and no result: they may be large. */
  listRuns(filter: RunFilter): readonly ListedRun[]
  /** Runs of a pipeline that can go on, the oldest first: no process carries them, or something has come for them. */
  abandonedRuns(pipeline: string): readonly FoundRun[]
  /** Like `abandonedRuns`, with those that are blocked, and those that a process carries. */
  unfinishedRuns(pipeline: string): readonly FoundRun[]

  /**
   * Returns the number of the new run; undefined if there is a run with this id. Throws before it writes if the journal has no room for more
   * runs.
   */
  addRun(run: AddedRun): number | undefined
  claimRun(run: ClaimedRun): void
  reopenRun(run: ReopenedRun): void
  /** Until the end of the transaction, no other writes anything for the run. */
  lockRun(run: number): void
  /** Returns false if the fence is another one. A run that has ended keeps only the answers in its inbox. */
  endLeg(leg: EndedLeg): boolean
  /** Removes a run of this fence whose first leg was refused. */
  removeRun(run: number, fence: number): void
  /** Other processes can claim the run at once, if its fence is this one. */
  releaseRun(run: number, fence: number): void
  /** A leg that has lost its lease lives, so what followed it doesn't count as a crash. */
  notCrashed(run: number): void

  /** The owner is alive for `ms` more. */
  renewLease(owner: string, ms: number): void
  endLease(owner: string): void
  ownedRuns(owner: string): readonly OwnedRun[]

  /** The facts after number `after`, at most `limit`, in their order. */
  facts(run: number, after: number, limit: number): readonly FactRow[]
  factKeys(run: number): readonly FactKey[]

  inbox(run: number): readonly InboxRow[]
  /** Does nothing if the run has a row of this kind and key. */
  addToInbox(row: AddedInboxRow): void
  takeFromInbox(row: number): void
  emptyInbox(run: number): void
  /** The runs of an owner whose inbox calls it. */
  runsWithInbox(owner: string): readonly number[]

  /** Locks the schedule until the end of the transaction if it is asked in a write. */
  findSchedule(name: string): ScheduleRow | undefined
  /** Adds a schedule, or puts it in the place of that with its name. */
  putSchedule(row: ScheduleRow): void
  /** The time of a schedule has its run. Changes nothing else: another process may have given the schedule other times. */
  noteTime(name: string, time: number): void
}

/** One question to the tables: the name of its method, and the arguments. */
export type Question = { readonly [Name in keyof Tables]: readonly [Name, ...Parameters<Tables[Name]>] }[keyof Tables]

/**
 * Something that is done with a journal. It yields its questions to the tables, and gets the answer of each: SQLite answers at once, so
 * that an act costs no promise; a server is waited for.
 */
export type Act<T> = Generator<Question | LastQuestion, T, unknown>
/** The last question of an act. */
export interface LastQuestion {
  readonly last: Question
}

/** Asks the tables: `const row = yield* ask('findRun', id)`. */
export function* ask<Name extends keyof Tables>(
  name: Name,
  ...values: Parameters<Tables[Name]>
): Act<ReturnType<Tables[Name]>> {
  return (yield [name, ...values] as unknown as Question) as ReturnType<Tables[Name]>
}
/** The same, as the last question of an act, so that a server can commit the transaction with it. */
export function* askLast<Name extends keyof Tables>(
  name: Name,
  ...values: Parameters<Tables[Name]>
): Act<ReturnType<Tables[Name]>> {
  return (yield { last: [name, ...values] as unknown as Question }) as ReturnType<Tables[Name]>
}

/** The question of a step, whether it is the last or not. */
export const questionOf = (asked: Question | LastQuestion): Question => ('last' in asked ? asked.last : asked)

/** Carries out an act with tables that answer at once. */
export function perform<T>(act: Act<T>, tables: Tables): T {
  let step = act.next()
  while (step.done !== true) {
    const [name, ...values] = questionOf(step.value)
    step = act.next((tables[name] as (...given: readonly unknown[]) => unknown)(...values))
  }
  return step.value
}

/**
 * Says that an act may happen twice: what it finds after the first time tells it so. A journal that doesn't know whether a commit has happened,
 * because the connection was lost, may then carry it out again.
 */
export type Repetition = 'repeatable'

/** What has to happen before an error passes. `soon`: nothing, for example after a lock. `after-help`: the operator has to act, such as to make room. */
export type Passing = 'soon' | 'after-help'

/** Where runs are kept. */
export interface Journal {
  /** Names it in messages, such as the path of its file. */
  readonly name: string
  /** How often processes look for what others have written, in ms, if nothing tells them before. */
  readonly pollMs: number
  /** Whether each look into it is a message to a server. Then a run that may be new is added without a look. */
  readonly isRemote: boolean
  /** Carries out an act that only reads. A journal that answers at once returns the value itself, so that nothing else happens in between. */
  read<T>(act: Act<T>): T | Promise<T>
  /**
   * Carries out an act in a transaction, and resolves once that is committed. A journal can put several acts into one transaction; what an act
   * throws rejects alone, so it must throw before it writes. It may begin again after an error of the storage.
   */
  write<T>(act: () => Act<T>, repetition?: Repetition): Promise<T>
  /**
   * Adds a fact if the run has this fence, and takes its row from the inbox. Resolves once that is committed, with false if another process has
   * taken the run. Facts of many runs come at once, so a journal can write them together. Those of one run have no gaps: after a fact that could
   * not be written, it returns false for all that follow.
   */
  addFact(fact: AddedFact): Promise<boolean>
  /** Calls `changed` with the number of a run when another process has written something for it. Left out by journals that can't tell. */
  listen?(changed: (run: number) => void): void
  /** Whether what failed may work later with the same program. Undefined if it can't. */
  mayPass(error: unknown): Passing | undefined
  /** Deletes some of the runs that ended longer ago than the journal keeps them. Only handles that run something call it. Never rejects. */
  cleanUp(): Promise<void>
  /** Waits for what is in progress, for at most `limitMs` if it is given. Then that rejects, and so does what comes later. */
  close(limitMs?: number): void | Promise<void>
}

export const closedJournal = ({ name }: Pick<Journal, 'name'>): StageflowError =>
  new StageflowError(
    'durable-engine/closed',
    `The journal "${name}" was closed. Its runs go on in another process, or when it is opened again.`,
  )
