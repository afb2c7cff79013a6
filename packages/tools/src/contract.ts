export {
  approvalStoreContract,
  type ApprovalContractOptions,
  type ApprovalStoreCase,
  type ApprovalStoreUnderTest,
} from './approvals/store-contract.ts'
