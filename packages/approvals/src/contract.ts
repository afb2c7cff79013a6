export type { StoreCase, StoreContractOptions, StoreUnderTest } from '@stageflow/keyed-work/suite'

export { approvalStoreContract } from './contract/approval-store-contract.ts'
