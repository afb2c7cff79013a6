export type { StoreCase, StoreContractOptions, StoreUnderTest } from '@stageflow/keyed-work/suite'

export { undoStoreContract } from './contract/undo-store-contract.ts'
