import type { JSX } from 'preact'

import type { RunSummary } from '../../src/protocol.ts'
import { Sign } from '../signs/sign.tsx'
import { linkTo } from '../state/address.ts'
import { shownDuration, shownTime } from '../state/duration.ts'
import { stopFollowing } from '../state/follow.ts'

export function RunItem({ run, isShown }: { readonly run: RunSummary; readonly isShown: boolean }): JSX.Element {
  const { id, pipeline, status, startedAt } = run
  return (
    <li>
      <a href={linkTo({ run: id })} aria-current={isShown ? 'true' : undefined} onClick={stopFollowing} title={id}>
        <Sign state={status} />
        <span class="name">{pipeline}</span>
        <span class="number">{progressOf(run)}</span>
        <span class="about">
          <span class="visually-hidden">{status}, </span>
          {shownTime(startedAt)} · {aboutOf(run)}
        </span>
      </a>
    </li>
  )
}

function progressOf({ status, done, stages, startedAt, endedAt }: RunSummary): string {
  if (status === 'running' && done !== undefined) return stages === undefined ? `${done}` : `${done}/${stages}`
  return endedAt === undefined ? '' : shownDuration(endedAt - startedAt)
}

/** What tells most about a run: why it ended, what it asks, or its id. */
function aboutOf({ status, error, failedStage, reason, asking, id }: RunSummary): string {
  if (error !== undefined) return failedStage === undefined ? error.message : `${failedStage}: ${error.message}`
  if (reason !== undefined && reason !== '') return reason
  if (status === 'stopped') return 'its process has died'
  if (asking !== undefined && asking.length > 0) return `${asking.join(', ')} asks`
  return id.slice(0, 8)
}
