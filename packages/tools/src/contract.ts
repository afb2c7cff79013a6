export {
  approvalStoreContract,
  type ApprovalContractOptions,
  type ApprovalStoreCase,
  type ApprovalStoreUnderTest,
} from './approvals/store-contract.ts'
export {
  undoStoreContract,
  type UndoContractOptions,
  type UndoStoreCase,
  type UndoStoreUnderTest,
} from './undo/undo-store-contract.ts'
