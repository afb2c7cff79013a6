// For code that has its reports from the engine, such as a page: `criticalPath` and `slack` without the code that checks what they are given.
export { pathOf, type CriticalPath, type PathItem, type PathSegment } from './critical-path.ts'
export type { RunInProgress, RunReport } from './run-in-progress.ts'
export { slackOf } from './slack.ts'
export type { PathPart, PathPartKind } from './stage-parts.ts'
