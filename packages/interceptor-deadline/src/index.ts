export { deadline } from './deadline.ts'
export type { DeadlineBudget } from './options.ts'
