import type { CallFacts } from '@stageflow/core/durable'
import { lostCall } from './lost-call.ts'
import { BY_ENGINE, interruptFact, stopFact } from './stops.ts'
import type { GivenInterrupt, GivenStop } from './stops.ts'
import type { GivenAnswer, TakenStep } from './arrival.ts'
import { ANSWER, ANSWERED, CALLED, CANCEL, INTERRUPT, START, TIMER } from './names.ts'
import type { Recorded, BegunRequest, Moved } from './run-start.ts'
import type { RefusedAnswer, Retry } from './run-acts.ts'
import type { KeptFact } from './service-call.ts'

/** What a run has done so far, read from its journal. */
export interface RunJournal {
  readonly start: Recorded & Moved['start']
  readonly request: Omit<BegunRequest, 'moved'>
  /** When it had failed and was tried again, so that facts of what failed are gone. */
  readonly triedAgain: readonly Retry[]
  /** What its questions have refused. */
  readonly refused: readonly RefusedAnswer[]
  /** In the order in which the run got them. */
  readonly facts: readonly KeptFact[]
  /** The number of the last sleep or call on another machine that had not ended; 0 if all had. */
  readonly lastPending: number
}

/** A row of Restate's table `sys_journal`. */
export interface JournalRow {
  readonly entry_type: string
  readonly name: string
  /** Missing in a row that isn't of this journal: the end of an old sleep, which came between two invocations with one id. */
  readonly entry_json?: string | null
}

type Result = { readonly Success?: readonly number[]; readonly Failure?: { readonly message?: string } }
interface Entry {
  readonly key?: string
  readonly completion_id?: number
  readonly result_completion_id?: number
  readonly payload?: readonly number[]
  readonly result?: Result
}

/** Reads what a run has done from the rows of its journal, in their order; undefined if it has not begun. */
export function readJournal(rows: readonly JournalRow[]): RunJournal | undefined {
  let request: BegunRequest = {}
  let start: Recorded | undefined
  const facts: KeptFact[] = []
  const refused: RefusedAnswer[] = []
  /** The names of commands, by the number of their completion. */
  const names = new Map<number, string>()
  /** What promises and calls on other machines have given, by their names. */
  const given = new Map<string, Result>()
  /** The numbers of sleeps and calls on other machines that have not ended. */
  const pending = new Set<number>()

  for (const { entry_type: type, name, entry_json: json } of rows) {
    if (typeof json !== 'string') continue
    const entry = entryOf(json)
    const completion = entry.result_completion_id ?? entry.completion_id ?? -1
    if (type === 'Command: Input') request = parsed(entry.payload) ?? {}
    else if (type.startsWith('Command')) names.set(completion, type.endsWith('Promise') ? (entry.key ?? '') : name)
    if (type === 'Command: Sleep' || type === 'Command: Call') pending.add(completion)
    if (type.startsWith('Notification')) pending.delete(completion)
    // A notification has the name of the command that it completes.
    const completed = names.get(completion)
    if (completed === undefined) continue
    if (type === 'Notification: Run') {
      const value = parsed(entry.result?.Success)
      if (completed === START) start = value as Recorded
      else if (completed.startsWith(ANSWERED)) {
        const { key, at, isRefused, answer, by } = takenAnswer(completed, value as TakenStep, given)
        const author = by !== undefined && { by }
        if (!isRefused) facts.push({ kind: 'answer', key, answer, ...author, at })
        // If its time was recorded first, the answer was left for the next question.
        else if (!facts.some((fact) => fact.kind === 'timer' && fact.key === key)) refused.push({ key, at, ...author })
      } else facts.push(...factsOfStep(completed, value, given))
    } else if (type.startsWith('Notification') && entry.result !== undefined) given.set(completed, entry.result)
  }
  const { moved, ...rest } = request
  if (start === undefined) return undefined
  return {
    start: { ...start, ...moved?.start },
    request: rest,
    triedAgain: moved?.triedAgain ?? [],
    refused: [...(moved?.refused ?? []), ...refused],
    facts: [...(moved?.facts ?? []), ...facts],
    lastPending: Math.max(moved?.lastPending ?? 0, ...pending),
  }
}

/** The answer that a step has recorded. */
function takenAnswer(
  step: string,
  recorded: TakenStep,
  given: ReadonlyMap<string, Result>,
): RefusedAnswer & { readonly isRefused: boolean; readonly answer: unknown } {
  const end = step.indexOf(' ', ANSWERED.length)
  const key = step.slice(ANSWERED.length, end)
  const { answer, by } = parsed(given.get(ANSWER + step.slice(end + 1))?.Success) as GivenAnswer
  const isRefused = typeof recorded !== 'number'
  return { key, at: isRefused ? recorded.refusedAt : recorded, isRefused, answer, ...(by !== undefined && { by }) }
}

/** The fact that a step has recorded, other than an answer. `given`: what has arrived before it. Steps that only clean up have none. */
function factsOfStep(step: string, value: unknown, given: ReadonlyMap<string, Result>): readonly KeptFact[] {
  // Every step but a call has recorded when something arrived.
  const at = value as number
  if (step === CANCEL) {
    return [stopFact((parsed(given.get(CANCEL)?.Success) ?? BY_ENGINE) as GivenStop, at)]
  }
  if (step === INTERRUPT) return [interruptFact(parsed(given.get(INTERRUPT)?.Success) as GivenInterrupt, at)]
  if (step.startsWith(TIMER)) return [{ kind: 'timer', key: step.slice(TIMER.length), at }]
  if (step.startsWith(CALLED)) {
    const key = step.slice(CALLED.length)
    const result = given.get(key)
    const found = parsed(result?.Success) ?? lostCall(key, result?.Failure, at, true)
    return [callFact(key, found as CallFacts)]
  }
  // The name of a call is its key, which has no space.
  return step.includes(' ') ? [] : [callFact(step, value as CallFacts)]
}

const callFact = (key: string, facts: CallFacts): KeptFact => ({ kind: 'call', key, facts, at: facts.endedAt })

/** The one part of an entry that matters: `{ Command: { Run: … } }` or `{ Notification: { Completion: { Run: … } } }`. */
function entryOf(json: string): Entry {
  const { Command, Notification } = JSON.parse(json) as {
    readonly Command?: Readonly<Record<string, Entry>>
    readonly Notification?: { readonly Completion?: Readonly<Record<string, Entry>> }
  }
  return Object.values(Command ?? Notification?.Completion ?? {})[0] ?? {}
}

/** A value in the journal: the bytes of its JSON. */
function parsed(bytes: readonly number[] | undefined): unknown {
  if (bytes === undefined || bytes.length === 0) return undefined
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes)))
}
