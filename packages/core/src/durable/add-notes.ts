import type { StageFacts } from '../report/stage-facts.ts'

/** Adds the notes of a call that an executor has carried out. Its attempts are known already. */
export function addNotes(stage: StageFacts, notes: Readonly<Record<string, unknown>>): void {
  stage.notes = { ...stage.notes, ...notes }
  stage.sumUsage()
}
