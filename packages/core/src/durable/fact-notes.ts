import type { StageFacts } from '../report/stage-facts.ts'
import type { CallFacts } from './executor.ts'

type Notes = Readonly<Record<string, unknown>>

/** The notes of a stage as the fact of its call has them: without those that are the last attempt's, which the fact has there. */
export function notesOfFact({ notes, attempts }: Pick<StageFacts, 'notes' | 'attempts'>): Notes | undefined {
  const ofAttempt: Notes = attempts?.at(-1)?.notes ?? {}
  const others = Object.entries(notes ?? {}).filter(([key, note]) => note !== ofAttempt[key])
  return others.length === 0 ? undefined : Object.fromEntries(others)
}

/** Adds the notes of a call that an executor has carried out. Its attempts are known already. */
export function addNotes(stage: StageFacts, { notes, attempts }: Pick<CallFacts, 'notes' | 'attempts'>): void {
  const ofAttempt = attempts?.at(-1)?.notes
  if (notes === undefined && ofAttempt === undefined) return
  stage.notes = { ...stage.notes, ...ofAttempt, ...notes }
  stage.sumUsage()
}
