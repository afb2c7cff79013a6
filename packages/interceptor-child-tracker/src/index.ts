export { ChildRunTracker, type ChildRun, type ChildRunStats, type ChildRunRegistration } from './child-run-tracker.ts'
export { childTracker, type ChildTracker, type ChildTrackerOptions } from './child-tracker.ts'
