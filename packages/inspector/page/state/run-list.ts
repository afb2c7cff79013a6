import { computed, signal } from '@preact/signals'

import type { FeedMessage, RunStatus, RunSummary } from '../../src/protocol.ts'

/** All runs that the page knows, by id. */
export const runs = signal<ReadonlyMap<string, RunSummary>>(new Map())
/** How many older ones the server has left out. */
export const olderRuns = signal(0)
/** Why the journal can't be read. */
export const journalProblem = signal<string | undefined>(undefined)
/** Who reads, as the app says. */
export const reader = signal<string | undefined>(undefined)

/** What the list is filtered by. */
export const searched = signal('')
export const wantedStatus = signal<RunStatus | 'all'>('all')
export const wantedPipeline = signal('all')

export const STATUSES: readonly RunStatus[] = [
  'running',
  'completed',
  'failed',
  'suspended',
  'cancelled',
  'blocked',
  'stopped',
]

/** Those of which a filter lets some through, the newest first. A child run is listed only if the run above it isn't known. */
export const filteredRuns = computed(() => {
  const text = searched.value.trim().toLowerCase()
  return [...runs.value.values()]
    .filter(({ parent }) => parent === undefined || !runs.value.has(parent.id))
    .filter(({ status }) => wantedStatus.value === 'all' || status === wantedStatus.value)
    .filter(({ pipeline }) => wantedPipeline.value === 'all' || pipeline === wantedPipeline.value)
    .filter((run) => text === '' || searchTextOf(run).includes(text))
    .toSorted((a, b) => b.startedAt - a.startedAt)
})

export const pipelineNames = computed(() =>
  [...new Set([...runs.value.values()].map(({ pipeline }) => pipeline))].toSorted(),
)

export function showAllRuns(): void {
  searched.value = ''
  wantedStatus.value = 'all'
  wantedPipeline.value = 'all'
}

/** Takes what a message says about the list. */
export function receiveRuns({ list, runs: changed = [], gone = [], problem }: FeedMessage): void {
  if (problem !== undefined) journalProblem.value = problem?.message
  if (list !== undefined) {
    olderRuns.value = list.older
    reader.value = list.by
  } else if (changed.length === 0 && gone.length === 0) return
  const next = new Map(list === undefined ? runs.value : list.runs.map((run) => [run.id, run]))
  for (const run of changed) next.set(run.id, run)
  for (const id of gone) next.delete(id)
  runs.value = next
}

function searchTextOf({ pipeline, id, error, reason, failedStage }: RunSummary): string {
  return [pipeline, id, error?.code, error?.message, reason, failedStage].join(' ').toLowerCase()
}
