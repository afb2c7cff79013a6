// For code that has its reports from the engine, such as a page. It has `criticalPath` and `slack` without the code that checks reports, and
// what the timelines compute of a stage and of an axis.
export { pathOf, type CriticalPath, type PathItem, type PathSegment } from './critical-path.ts'
export { roundTimes } from './round-times.ts'
export type { RunInProgress, RunReport } from './run-in-progress.ts'
export { slackOf } from './slack.ts'
export { firstCallAt, triesOf, type PathPart, type PathPartKind } from './stage-parts.ts'
