import type { JSX } from 'preact'

import type { RunStatus } from '../../src/protocol.ts'
import { STATUSES, pipelineNames, searched, wantedPipeline, wantedStatus } from '../state/run-list.ts'

/** The id of the field that the key `/` goes to. */
export const SEARCH_ID = 'search'

export function RunFilter(): JSX.Element {
  const names = pipelineNames.value
  return (
    <div class="filter">
      <input
        id={SEARCH_ID}
        type="search"
        placeholder="Filter  /"
        aria-label="Filter runs by pipeline, id, error or reason"
        value={searched}
        onInput={({ currentTarget }) => (searched.value = currentTarget.value)}
      />
      <select
        aria-label="Status"
        value={wantedStatus.value}
        onChange={({ currentTarget }) => (wantedStatus.value = currentTarget.value as RunStatus | 'all')}
      >
        <option value="all">all states</option>
        {STATUSES.map((status) => (
          <option key={status}>{status}</option>
        ))}
      </select>
      {names.length > 1 && (
        <select
          class="wide"
          aria-label="Pipeline"
          value={wantedPipeline.value}
          onChange={({ currentTarget }) => (wantedPipeline.value = currentTarget.value)}
        >
          <option value="all">all pipelines</option>
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      )}
    </div>
  )
}
