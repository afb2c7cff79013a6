export { resume } from './durable/resume.ts'
export type { SuspendedRun } from './durable/earlier-legs.ts'
