import { userInfo } from 'node:os'
import process from 'node:process'

import { durableLocal, openJournal } from '@stageflow/durable-local'
import type { DurableLocal, JournalReader, SystemRuns } from '@stageflow/durable-local'

import type { Place } from './place.ts'
import { openPostgres } from './postgres.ts'

/** Looks at the runs of a journal with `use`. Changes nothing, and creates nothing. */
export async function look<T>(
  place: Place,
  use: (runs: Pick<JournalReader, 'list' | 'get'>) => Promise<T>,
): Promise<T> {
  if (place.kind === 'postgres') return withPostgres(place, use)
  await using reader = openJournal(place.path, { readOnly: true })
  // Awaited here, so that the file is closed after it.
  return await use(reader)
}

/** Acts on the runs of a journal that `look` has opened before: opening a file to write would create one that is missing. */
export async function act<T>(place: Place, use: (runs: SystemRuns) => Promise<T>): Promise<T> {
  const useByName = (runs: DurableLocal): Promise<T> => use(runs.as(author()))
  if (place.kind === 'postgres') return withPostgres(place, useByName)
  await using runs = durableLocal({ path: place.path })
  return await useByName(runs)
}

/** The name under which a journal records what is done: `stageflow-cli: ada`. */
export function author(): string {
  return `stageflow-cli: ${userName()}`
}

/** A container may run under an id that has no name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.() ?? 'without a name'}`
  }
}

async function withPostgres<T>(
  place: Extract<Place, { readonly kind: 'postgres' }>,
  use: (runs: DurableLocal) => Promise<T>,
): Promise<T> {
  const journal = await openPostgres(place)
  try {
    return await use(journal.runs)
  } finally {
    await journal.close()
  }
}
