import type { JSX } from 'preact'

import type { ComparedStage, ComparisonView, RunSummary, StageComparison } from '../../src/protocol.ts'
import { Sign } from '../signs/sign.tsx'
import { linkTo } from '../state/address.ts'
import { shownDuration, shownTime } from '../state/duration.ts'
import { useLoaded } from '../state/loaded.ts'
import { percent } from '../timeline/time-axis.tsx'
import { signedDuration } from './signed-duration.ts'

/** Two runs of one pipeline, stage by stage. */
export function CompareScreen({ a, b }: { readonly a: string; readonly b: string }): JSX.Element {
  const { answer, problem } = useLoaded<ComparisonView>(`api/compare?${new URLSearchParams({ a, b }).toString()}`)
  if (problem !== undefined) {
    return (
      <main class="message">
        <h1>These runs can't be compared</h1>
        <p>{problem}</p>
        <a href={linkTo({ run: a })}>Back to the run</a>
      </main>
    )
  }
  if (answer === undefined) return <main class="message">Loading …</main>
  const longest = answer.stages.reduce(
    (most, each) => Math.max(most, each.a?.durationMs ?? 0, each.b?.durationMs ?? 0),
    1,
  )
  return (
    <main class="tables">
      <h1>
        {answer.a.pipeline}: two runs <a href={linkTo({ run: a })}>back</a>
      </h1>
      <p>{verdictOf(answer)}</p>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Stages of both runs">
        <table>
          <thead>
            <tr>
              <th scope="col">stage</th>
              <RunColumn run={answer.a} name="A" />
              <RunColumn run={answer.b} name="B" />
              <th scope="col" class="number">
                B − A
              </th>
            </tr>
          </thead>
          <tbody>
            {answer.stages.map((each) => (
              <StageLine key={each.stage} compared={each} longest={longest} />
            ))}
          </tbody>
        </table>
      </div>
      <p class="muted">Bold: on the critical path.</p>
    </main>
  )
}

function RunColumn({ run, name }: { readonly run: RunSummary; readonly name: string }): JSX.Element {
  return (
    <th scope="col">
      <Sign state={run.status} /> {name}: <a href={linkTo({ run: run.id })}>{shownTime(run.startedAt)}</a>{' '}
      <span class="number">{shownDuration(lengthOf(run))}</span>
    </th>
  )
}

function StageLine({
  compared,
  longest,
}: {
  readonly compared: StageComparison
  readonly longest: number
}): JSX.Element {
  const { stage, a, b } = compared
  const both = a?.durationMs !== undefined && b?.durationMs !== undefined
  const differenceMs = (b?.durationMs ?? 0) - (a?.durationMs ?? 0)
  return (
    <tr>
      <th scope="row">{stage}</th>
      <SideCell side={a} longest={longest} />
      <SideCell side={b} longest={longest} />
      <td class="number">{both ? signedDuration(differenceMs) : ''}</td>
    </tr>
  )
}

function SideCell({
  side,
  longest,
}: {
  readonly side: ComparedStage | undefined
  readonly longest: number
}): JSX.Element {
  if (side === undefined) return <td class="muted">not in this run</td>
  const { status, durationMs, attempts, onPath } = side
  return (
    <td class={onPath ? 'on-path' : ''}>
      <span class="share-bar" style={{ width: percent((durationMs ?? 0) / longest) }} />
      <Sign state={status ?? 'never'} /> <span class="number">{shownDuration(durationMs)}</span>
      {attempts > 1 ? `, ${attempts} tries` : ''}
      {onPath && <span class="visually-hidden">, on the critical path</span>}
    </td>
  )
}

function verdictOf({ a, b }: ComparisonView): string {
  const differenceMs = lengthOf(b) - lengthOf(a)
  if (differenceMs === 0) return 'Both took the same time.'
  return `B took ${shownDuration(Math.abs(differenceMs))} ${differenceMs > 0 ? 'longer' : 'less'} than A.`
}

function lengthOf({ startedAt, endedAt }: RunSummary): number {
  return (endedAt ?? startedAt) - startedAt
}
