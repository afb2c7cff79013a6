export {
  chromeTrace,
  type ChromeTrace,
  type CompleteEvent,
  type InstantEvent,
  type MetadataEvent,
  type TraceEvent,
  type Track,
} from './chrome-trace.ts'
export { criticalPath, type CriticalPath, type PathItem, type PathSegment } from './critical-path.ts'
export { mermaid, mermaidRun } from './mermaid.ts'
export type { DrawingOptions } from './redact-report.ts'
export { slack } from './slack.ts'
export type { PathPart, PathPartKind } from './stage-parts.ts'
export { timeline, type TimelineOptions } from './timeline.ts'
export { timelineSvg, type TimelineSvgOptions } from './timeline-svg.ts'
