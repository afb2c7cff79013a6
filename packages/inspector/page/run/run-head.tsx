import type { JSX } from 'preact'

import type { RunSummary, RunView } from '../../src/protocol.ts'
import { RunActs } from '../acts/run-acts.tsx'
import { Icon, Sign } from '../signs/sign.tsx'
import { linkTo } from '../state/address.ts'
import { counted, shownDuration, shownTime } from '../state/duration.ts'
import { link } from '../state/feed.ts'
import { runs } from '../state/run-list.ts'
import { settledStages } from '../state/shown-run.ts'
import { now } from '../state/time.ts'
import { usageWords } from '../stage/usage.ts'
import { PathStrip } from './path-strip.tsx'
import { Sentence } from './sentence.tsx'

export function RunHead({ view }: { readonly view: RunView }): JSX.Element {
  const { summary, report } = view
  const { status, pipeline, id, startedAt, parent, leg } = summary
  return (
    <header class="head">
      <div class="head-line">
        <h1>
          <Sign state={status} /> {pipeline}
        </h1>
        <RunStatus summary={summary} />
        <RunClock summary={summary} />
        <RunActs view={view} />
      </div>
      <p class="facts">
        <span>{shownTime(startedAt)}</span>
        {leg !== undefined && <span>leg {leg}</span>}
        {report.usage !== undefined && <span>{usageWords(report.usage)}</span>}
        {report.droppedEvents > 0 && <span>{counted(report.droppedEvents, 'dropped event')}</span>}
        {parent !== undefined && (
          <a href={linkTo({ run: parent.id, stage: parent.stage })}>
            <Icon name="up" /> {runs.value.get(parent.id)?.pipeline ?? 'parent'} / {parent.path}
          </a>
        )}
        {link.value !== 'file' && <a href={linkTo({ pipeline })}>all runs of {pipeline}</a>}
        <code>{id}</code>
      </p>
      <RunEnding summary={summary} />
      <Sentence />
      <PathStrip />
    </header>
  )
}

/** Its own component, because it changes at each tick. */
function RunClock({ summary }: { readonly summary: RunSummary }): JSX.Element {
  const { startedAt, endedAt, status } = summary
  const until = endedAt ?? (status === 'running' ? now.value : undefined)
  return <span class="clock number">{until === undefined ? '' : shownDuration(Math.max(0, until - startedAt))}</span>
}

function RunStatus({ summary }: { readonly summary: RunSummary }): JSX.Element {
  const { status, stages } = summary
  const isCounted = status === 'running' && stages !== undefined
  return <span class="status">{isCounted ? `running, ${settledStages.value} of ${stages}` : status}</span>
}

function RunEnding({ summary }: { readonly summary: RunSummary }): JSX.Element | null {
  const { error, failedStage, reason, status } = summary
  if (error !== undefined) {
    return (
      <p class="box tone-fail" role="status">
        <strong>{failedStage ?? 'The run'}</strong> failed: {error.message} <code>{error.code}</code>
      </p>
    )
  }
  if (status === 'stopped') {
    return (
      <p class="box tone-fail" role="status">
        The process that carried this run has died. <code>recover()</code> takes it over.
      </p>
    )
  }
  return reason === undefined || reason === '' ? null : <p class="box tone-cancel">{reason}</p>
}
