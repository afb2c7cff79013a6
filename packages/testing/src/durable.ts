export { crashAfterEveryFact, type CrashOptions, type CrashReport } from './durable-runs/crash-after-every-fact.ts'
export { memoryExecutor, type MemoryExecutor, type MemoryExecutorOptions } from './durable-runs/memory-executor.ts'
export type { CarryLeg, LegResult, RecordedFact } from './durable-runs/leg.ts'
