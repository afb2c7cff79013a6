import type { WorkflowSharedContext } from '@restatedev/restate-sdk'
import { StageflowError } from '@stageflow/core'
import { completed } from './completed.ts'
import { EARLY, EARLY_TAKEN } from './names.ts'

/** How many answers of a run may wait for their questions. */
const MOST_EARLY = 1_000

/**
 * Counts so many more answers of a run that come before their questions. Returns how many would wait if those are too many; they are not
 * counted then. `added` is below 0 for answers that were counted and not kept. `run`: the id of the request that started the run.
 */
export async function countEarly(
  context: WorkflowSharedContext,
  run: string,
  added: number,
): Promise<number | undefined> {
  if (added === 0) return undefined
  for (;;) {
    const { total, next } = await lastCount(context, `${EARLY}${run} `)
    const taken = (await context.get<number>(EARLY_TAKEN)) ?? 0
    const waiting = total + added - taken
    if (added > 0 && waiting > MOST_EARLY) return waiting
    if (await completed(context.promise<number>(next).resolve(total + added))) return undefined
  }
}

/**
 * How many answers have come early. A handler beside the run can't write into its state. So each request resolves a promise of its own with the
 * count, and two at once can't resolve the same one. `prefix`: of their names. `next`: the name of the first that isn't resolved.
 */
async function lastCount(
  context: WorkflowSharedContext,
  prefix: string,
): Promise<{ readonly total: number; readonly next: string }> {
  let [last, total, unused] = [0, 0, 1]
  const look = async (number: number): Promise<boolean> => {
    const count = await context.promise<number>(prefix + number).peek()
    if (count === undefined) unused = number
    else [last, total] = [number, count]
    return count !== undefined
  }
  while (await look(unused)) unused *= 2
  while (unused - last > 1) await look(Math.floor((last + unused) / 2))
  return { total, next: prefix + unused }
}

export const tooManyAnswers = (runId: string, waiting: number): StageflowError =>
  new StageflowError(
    'durable-restate/too-many-answers',
    `No answer for the run "${runId}" was kept: ${waiting} answers would wait for questions that its stages have not asked yet, and ${MOST_EARLY} may. Answer what client.status(runId) has in requests first.`,
  )
