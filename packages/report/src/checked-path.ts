import type { PipelineInfo } from '@stageflow/core'
import { checkRun, checkSamePipeline, readPipeline } from './check-report.ts'
import { pathOf, type CriticalPath } from './critical-path.ts'
import type { RunReport } from './run-in-progress.ts'
import { slackOf } from './slack.ts'

/**
 * Finds the chain of stages that decided how long a run took, from the last stage that settled back to the first. `pipeline`: `graph.info`.
 * Only with it does the chain follow streams, soft edges and gates; a report has no edges. Of a run in progress, the chain begins with the
 * stage that has run longest, and ends now.
 */
export function criticalPath(report: RunReport, pipeline?: PipelineInfo): CriticalPath {
  checkRun(report)
  if (pipeline !== undefined) checkSamePipeline(report, readPipeline(pipeline))
  return pathOf(report, pipeline)
}

/**
 * Tells how much later each settled stage could have ended without a longer run, in ms. It looks at what stages wait for: results, ends of
 * streams, gates. It doesn't look at slots: with `maxConcurrency` a later end also keeps a slot from other stages. Nor does it look at room in
 * inboxes: a reader that takes longer may block its sources. A soft dependency counts as waited for, if it came in time. Of a run in progress it
 * tells how much later they could have ended without a later now.
 */
export function slack(report: RunReport, pipeline: PipelineInfo): Readonly<Record<string, number>> {
  checkRun(report)
  checkSamePipeline(report, readPipeline(pipeline))
  return slackOf(report, pipeline)
}
