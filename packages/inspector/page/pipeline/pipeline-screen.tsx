import type { JSX } from 'preact'

import type { PipelineView, StagePercentiles } from '../../src/protocol.ts'
import { counted, shownDuration } from '../state/duration.ts'
import { useLoaded } from '../state/loaded.ts'
import { percent } from '../timeline/time-axis.tsx'
import { PercentileBar } from './percentile-bar.tsx'

/** How long each stage of a pipeline takes, over the runs that are kept. */
export function PipelineScreen({ pipeline }: { readonly pipeline: string }): JSX.Element {
  const { answer, problem } = useLoaded<PipelineView>(`api/pipelines/${encodeURIComponent(pipeline)}`)
  if (problem !== undefined || answer === undefined) {
    return (
      <main class="message">
        <h1>{pipeline}</h1>
        <p>{problem ?? 'Loading …'}</p>
      </main>
    )
  }
  const longest = answer.stages.reduce((most, { durationMs }) => Math.max(most, durationMs?.p99 ?? 0), 1)
  return (
    <main class="tables">
      <h1>{pipeline}</h1>
      <p>{summaryOf(answer)}</p>
      {answer.runs > 0 && (
        <div class="table-scroll" tabIndex={0} role="region" aria-label="Stages and their percentiles">
          <table>
            <thead>
              <tr>
                <th scope="col">stage</th>
                {['runs', 'failed', 'p50', 'p90', 'p99'].map((word) => (
                  <th key={word} scope="col" class="number">
                    {word}
                  </th>
                ))}
                <th scope="col" class="spread">
                  spread
                </th>
                <th scope="col">part of the critical path</th>
              </tr>
            </thead>
            <tbody>
              {answer.stages.map((each) => (
                <StageLine key={each.stage} stage={each} longest={longest} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </main>
  )
}

function StageLine({ stage, longest }: { readonly stage: StagePercentiles; readonly longest: number }): JSX.Element {
  const { durationMs, runs, failed, pathShare } = stage
  return (
    <tr>
      <th scope="row">{stage.stage}</th>
      <td class="number">{runs}</td>
      <td class={`number ${failed > 0 ? 'tone-fail' : ''}`}>{failed === 0 ? '' : failed}</td>
      <td class="number">{shownDuration(durationMs?.p50)}</td>
      <td class="number">{shownDuration(durationMs?.p90)}</td>
      <td class="number">{shownDuration(durationMs?.p99)}</td>
      <td class="spread">{durationMs !== undefined && <PercentileBar durations={durationMs} longest={longest} />}</td>
      <td class="path-share">
        <span class="share-bar" style={{ width: percent(pathShare) }} />
        <span class="number">{pathShare === 0 ? '' : `${Math.round(pathShare * 100)} %`}</span>
      </td>
    </tr>
  )
}

function summaryOf({ runs, durationMs }: PipelineView): string {
  if (runs === 0 || durationMs === undefined) return 'No run of this pipeline has ended yet.'
  const { p50, p90, p99 } = durationMs
  return `${counted(runs, 'run')}. Half took up to ${shownDuration(p50)}, 90 % up to ${shownDuration(p90)}, 99 % up to ${shownDuration(p99)}.`
}
