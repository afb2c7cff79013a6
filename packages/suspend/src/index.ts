export { pendingRequests, readState, resume } from './resume.ts'
export { suspendedState } from './suspended-state.ts'
export type { SuspendedState } from './suspended-state.ts'
