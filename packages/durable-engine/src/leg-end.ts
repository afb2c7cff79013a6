import { ask, askLast } from './journal.ts'
import type { Act, Journal } from './journal.ts'
import { endWithoutCode } from './end-without-code.ts'
import { keepRefused } from './kept-answers.ts'
import { resultText } from './kept-result.ts'
import type { LegExecutor } from './leg-executor.ts'
import type { InboxRow, RunRow } from './rows.ts'
import { resultOf } from './run-result.ts'
import type { Settled } from './run-result.ts'
import { readFact, errorRecord, stopIn } from './run-row.ts'

// What the end of a leg writes. Each of these acts runs within a write.

/** Keeps the result of a leg. Returns false if there is more to do, here or in the process that has the run now. */
export function* keepResult(
  { n: run, fence }: RunRow,
  { untaken, wakeAt, parts }: LegExecutor,
  result: Settled,
): Act<boolean> {
  const isSuspended = result.status === 'suspended'
  if (isSuspended) yield* ask('lockRun', run)
  // An answer has come while the leg was ending.
  const hasSeen = ({ n, kind }: InboxRow): boolean => kind === 'early' || kind === 'refused' || untaken.has(n)
  if (isSuspended && !(yield* ask('inbox', run)).every(hasSeen)) return false
  const [failure] = result.status === 'failed' ? result.errors : []
  const error = failure === undefined ? null : JSON.stringify(failure)
  const ended = { run, fence, status: result.status, result: resultText(result, parts), error, wakeAt }
  if (!isSuspended) return yield* askLast('endLeg', ended)
  if (!(yield* ask('endLeg', ended))) return false
  for (const [row, instead] of untaken) {
    if (instead?.kind === 'refused') yield* keepRefused(run, instead)
    else yield* ask('takeFromInbox', row)
    if (instead?.kind === 'early')
      yield* ask('addToInbox', { run, kind: 'early', key: instead.key, value: instead.value })
  }
  return true
}

/** Removes a run whose first leg was refused, and what its starter has asked of it meanwhile. */
export function* removeRefused({ id, n, fence }: RunRow): Act<void> {
  yield* ask('removeRun', n, fence)
  if ((yield* ask('findRun', id)) === undefined) yield* ask('emptyInbox', n)
}

/** Ends a run as cancelled whose code can't end it. Undefined if another process has taken the run meanwhile, or it is gone. */
export function* cancelWithoutCode({ id, n, fence }: RunRow, reason: string): Act<Settled | undefined> {
  const row = yield* ask('findRun', id)
  if (row?.n !== n || row.fence !== fence) return undefined
  // The leg has not taken it.
  const stop = (yield* ask('inbox', n)).find(({ kind }) => kind === 'stop')
  const { by } = stop === undefined ? {} : stopIn(readFact({ ...stop, kind: 'stop' }, id))
  yield* endWithoutCode(row, { status: 'cancelled', kind: 'stop', reason, by })
  return yield* resultOf(row)
}

/** The leg could not go on, but the run has not failed. */
export function stay({ n: run, fence }: RunRow, error: unknown, journal: Pick<Journal, 'mayPass'>): Act<unknown> {
  if (journal.mayPass(error) === 'soon') return ask('releaseRun', run, fence)
  // Without help, for example what a fact had no room for would be done again and again.
  const text = JSON.stringify(errorRecord(error))
  return ask('endLeg', { run, fence, status: 'blocked', result: null, error: text, wakeAt: null })
}
