export type { StoreCase, StoreContractOptions, StoreUnderTest } from '@stageflow/keyed-work/suite'
export { budgetStoreContract } from './contract/budget-store-contract.ts'
