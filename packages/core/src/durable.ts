export { resume, resumeSettled, startResumed } from './durable/resume.ts'
export type { SuspendedRun } from './durable/earlier-legs.ts'
export { fingerprintOf, misfits, progressOf } from './durable/fit.ts'
export type { GraphFingerprint, RunProgress, StageFingerprint } from './durable/fit.ts'
