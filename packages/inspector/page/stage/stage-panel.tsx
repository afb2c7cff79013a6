import { firstCallAt } from '@stageflow/report/unchecked'
import type { JSX } from 'preact'

import type { StageRow, StageShape } from '../../src/protocol.ts'
import { Questions } from '../acts/questions.tsx'
import { Icon, Sign } from '../signs/sign.tsx'
import { address, goTo } from '../state/address.ts'
import { shownDuration } from '../state/duration.ts'
import { graphStages, rowOf, run, runStatus, stage } from '../state/shown-run.ts'
import { durationOf, stateOf, STATE_WORDS } from '../state/stage-state.ts'
import { now } from '../state/time.ts'
import { ChildRuns } from './child-runs.tsx'
import { MapItems } from './map-items.tsx'
import { StageAttempts } from './stage-attempts.tsx'
import { StageData } from './stage-data.tsx'
import { Json, Section } from './section.tsx'
import { usageWords } from './usage.ts'

/** One stage of the shown run: on the right, or as a sheet in a narrow window. */
export function StagePanel(): JSX.Element | null {
  const { stage: name, run: id } = address.value
  if (name === undefined || run.value === undefined) return null
  const shape = graphStages.value?.find((each) => each.name === name)
  const row = rowOf(name).value
  const view = stage.value?.row.stage === name && stage.value.run === id ? stage.value : undefined
  return (
    <aside class="panel" aria-label={`Stage ${name}`}>
      <header>
        <h2>
          <Sign state={stateOf(row, runStatus.value)} /> {name}
        </h2>
        <button type="button" class="plain" aria-label="Close" onClick={() => goTo({ run: id })}>
          <Icon name="close" />
        </button>
      </header>
      {shape === undefined && row === undefined && <p class="muted">This run doesn't have a stage of that name.</p>}
      <StageFacts shape={shape} row={row} />
      <StageEnding row={row} />
      <Questions questions={view?.questions ?? []} />
      <StageAttempts row={row} />
      <MapItems items={row?.items} />
      <ChildRuns stage={name} leftOut={row?.childrenLeftOut ?? 0} />
      <StageData shape={shape} row={row} view={view} />
      <Notes row={row} />
      {shape !== undefined && Object.keys(shape.options).length > 0 && (
        <Section title="Options">
          <Json value={shape.options} />
        </Section>
      )}
    </aside>
  )
}

function StageFacts({
  shape,
  row,
}: {
  readonly shape: StageShape | undefined
  readonly row: StageRow | undefined
}): JSX.Element {
  const state = stateOf(row, runStatus.value)
  const isOpen = row?.startedAt !== undefined && row.endedAt === undefined
  const facts = [shape?.kind, STATE_WORDS[state], shownDuration(durationOf(row, isOpen ? now.value : 0))]
  const { readyAt, releasedBy } = row ?? {}
  const calledAt = row === undefined ? undefined : firstCallAt(row)
  if (readyAt !== undefined && calledAt !== undefined && calledAt > readyAt) {
    facts.push(`queued for ${shownDuration(calledAt - readyAt)}`)
  }
  if (releasedBy !== undefined) facts.push(`${releasedBy} released it`)
  if (shape !== undefined && shape.join !== 'all') facts.push(joinWords(shape))
  if (shape?.conditional === true) facts.push('conditional')
  if (row?.tolerated === true) facts.push('its failure was tolerated')
  if (row?.abandoned === true) facts.push('abandoned: its code may still run')
  if (row?.expired === true) facts.push('not answered in time')
  if (row?.answeredBy !== undefined) facts.push(`answered by ${authorOf(row.answeredBy)}`)
  return (
    <p class="facts">
      {facts
        .filter((fact) => fact !== undefined && fact !== '')
        .map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
    </p>
  )
}

function joinWords({ join, dependencies }: StageShape): string {
  return typeof join === 'object' ? `${join.quorum} of ${dependencies.length} release it` : `join: ${join}`
}

function authorOf({ system, userId, orgId }: NonNullable<StageRow['answeredBy']>): string {
  return system ?? userId ?? orgId ?? 'an unknown caller'
}

function StageEnding({ row }: { readonly row: StageRow | undefined }): JSX.Element | null {
  if (row?.error !== undefined) {
    return (
      <p class="box tone-fail">
        {row.error.message} <code>{row.error.code}</code>
      </p>
    )
  }
  return row?.reason === undefined || row.reason === '' ? null : <p class="box tone-cancel">{row.reason}</p>
}

function Notes({ row }: { readonly row: StageRow | undefined }): JSX.Element | null {
  const { usage, ...others } = row?.notes ?? {}
  if (usage === undefined && Object.keys(others).length === 0) return null
  return (
    <Section title="Notes">
      {usage !== undefined && <p>{usageWords(usage)}</p>}
      {Object.keys(others).length > 0 && <Json value={others} />}
    </Section>
  )
}
