export { approvalStoreContract } from './approvals/approval-store-contract.ts'
export type { StoreCase, StoreContractOptions, StoreUnderTest } from './store-contract/store-cases.ts'
export { undoStoreContract } from './undo/undo-store-contract.ts'
