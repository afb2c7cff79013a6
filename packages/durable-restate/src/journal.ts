import type { CallFacts } from '@stageflow/core/durable'
import { lostCall } from './lost-call.ts'
import { ANSWER, BY_ENGINE, CALLED, CANCEL, START, TIMER } from './names.ts'
import type { DurableRequest, MovableRequest, Recorded } from './run-start.ts'
import type { KeptFact } from './service-call.ts'

/** What a run has done so far, read from its journal. */
export interface RunJournal {
  readonly start: Recorded
  readonly request: DurableRequest
  /** In the order in which the run got them. */
  readonly facts: readonly KeptFact[]
}

/** A row of Restate's table `sys_journal`. */
export interface JournalRow {
  readonly entry_type: string
  readonly name: string
  readonly entry_json: string
}

type Result = { readonly Success?: readonly number[]; readonly Failure?: { readonly message?: string } }
interface Entry {
  readonly key?: string
  readonly completion_id?: number
  readonly result_completion_id?: number
  readonly payload?: readonly number[]
  readonly result?: Result
}

/** Reads what a run has done from the rows of its journal, in their order. */
export function readJournal(rows: readonly JournalRow[]): RunJournal {
  let request: MovableRequest = {}
  let start: Recorded | undefined
  const facts: KeptFact[] = []
  /** The names of commands, by the number of their completion. */
  const names = new Map<number, string>()
  /** What promises and calls on other machines have given, by their names. */
  const given = new Map<string, Result>()

  for (const { entry_type: type, name, entry_json: json } of rows) {
    const entry = entryOf(json)
    const completion = entry.result_completion_id ?? entry.completion_id ?? -1
    if (type === 'Command: Input') request = parsed(entry.payload) ?? {}
    else if (type.startsWith('Command')) names.set(completion, type.endsWith('Promise') ? (entry.key ?? '') : name)
    const of = names.get(completion)
    if (of === undefined) continue
    if (type === 'Notification: Run') recorded(of, parsed(entry.result?.Success))
    else if (type.startsWith('Notification') && entry.result !== undefined) given.set(of, entry.result)
  }
  const { moved, ...rest } = request
  if (start === undefined) throw new TypeError('the run has not begun')
  return { start: moved?.start ?? start, request: rest, facts: [...(moved?.facts ?? []), ...facts] }

  function recorded(step: string, value: unknown): void {
    const at = value as number
    const after = (prefix: string): string => step.slice(prefix.length)
    if (step === START) start = value as Recorded
    else if (step === CANCEL) {
      const reason = parsed(given.get(CANCEL)?.Success) ?? BY_ENGINE
      facts.push({ kind: 'stop', key: '', reason: reason as string, at })
    } else if (step.startsWith(TIMER)) facts.push({ kind: 'timer', key: after(TIMER), at })
    else if (step.startsWith(ANSWER)) {
      const { answer } = parsed(given.get(step)?.Success) as { readonly answer?: unknown }
      facts.push({ kind: 'answer', key: after(ANSWER), answer, at })
    } else if (step.startsWith(CALLED)) {
      const key = after(CALLED)
      const result = given.get(key)
      const found = parsed(result?.Success) ?? lostCall(key, result?.Failure, at, true)
      facts.push({ kind: 'call', key, facts: found as CallFacts, at: (found as CallFacts).endedAt })
    } else if (!step.includes(' '))
      facts.push({ kind: 'call', key: step, facts: value as CallFacts, at: (value as CallFacts).endedAt })
  }
}

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
  return bytes === undefined || bytes.length === 0
    ? undefined
    : JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes)))
}
