export { repeatUntil } from './children/repeat.ts'
export type { RepeatOptions, Round } from './children/repeat.ts'
export type { Feedback, Repeat } from './children/pipeline-stage.ts'
