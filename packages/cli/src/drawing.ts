import { timeline } from '@stageflow/report'
import type { RunReport } from '@stageflow/report'

import { drawingWidth, hasColor } from './terminal.ts'
import type { Terminal } from './terminal.ts'

/** The lines of the timeline of a run. Secrets are taken out of its errors and reasons. */
export function drawReport(report: RunReport, terminal: Terminal): string[] {
  const drawn = timeline(report, { width: drawingWidth(terminal), color: hasColor(terminal.output), redaction: {} })
  return drawn.split('\n')
}
