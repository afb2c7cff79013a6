export { processContract } from './process-contract.ts'
export type { ProcessSide } from './process-worker.ts'
export { storeContract, type StoreCase, type StoreContractOptions, type StoreUnderTest } from './store-contract.ts'
