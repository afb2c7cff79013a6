export {
  chromeTrace,
  type ChromeTrace,
  type CompleteEvent,
  type FlowEvent,
  type InstantEvent,
  type MetadataEvent,
  type TraceEvent,
  type Track,
} from './chrome-trace.ts'
export { criticalPath, slack } from './checked-path.ts'
export type { CriticalPath, PathItem, PathSegment } from './critical-path.ts'
export type { RunRecording } from './compared-run.ts'
export { diffRuns, type DiffOptions } from './diff-runs.ts'
export { mermaid, mermaidRun } from './mermaid.ts'
export type { DrawingOptions } from './redact-report.ts'
export type { RunInProgress, RunReport } from './run-in-progress.ts'
export type { PathPart, PathPartKind } from './stage-parts.ts'
export { timeline, type TimelineOptions } from './timeline.ts'
export { timelineSvg, type TimelineSvgOptions } from './timeline-svg.ts'
