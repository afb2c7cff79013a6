export { callsFor } from './providers/calls-for.ts'
export type { CallMessageShapes } from './providers/calls-for.ts'
export { resultsFor } from './providers/results-for.ts'
export type { ToolResultShapes } from './providers/results-for.ts'
