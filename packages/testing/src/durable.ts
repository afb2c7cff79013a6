export { executorContract, type ExecutorContractOptions } from './executor-contract.ts'
export type { CarryLeg, ExecutorUnderTest, LegResult, OpenExecutor, RecordedFact } from './executor-under-test.ts'
export { memoryExecutor, type MemoryExecutorOptions } from './memory-executor.ts'
