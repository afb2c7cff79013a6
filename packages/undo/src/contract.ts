export type { StoreCase, StoreContractOptions, StoreUnderTest } from '@stageflow/tool-executor/contract'

export { undoStoreContract } from './contract/undo-store-contract.ts'
