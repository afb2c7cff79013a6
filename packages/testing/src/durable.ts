export { crashAfterEveryFact, type CrashOptions, type CrashReport } from './crash-after-every-fact.ts'
export { executorContract, type ExecutorContractOptions } from './executor-contract.ts'
export type {
  CarryLeg,
  ExecutorTraits,
  ExecutorUnderTest,
  LegResult,
  OpenExecutor,
  RecordedFact,
} from './executor-under-test.ts'
export { memoryExecutor, type MemoryExecutorOptions } from './memory-executor.ts'
export { executorProcessContract, type ExecutorProcessOptions, type KillCounts } from './executor-process-contract.ts'
export type { ExecutorModule } from './executor-process-worker.ts'
