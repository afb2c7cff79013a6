export type { StoreCase, StoreContractOptions, StoreUnderTest } from '@stageflow/tool-executor/contract'

export { approvalStoreContract } from './contract/approval-store-contract.ts'
