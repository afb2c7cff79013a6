export { FIFTY, LONG_MS, ODD_TEXTS, SIMILAR_ENDS, StoreBench } from './contract/store-bench.ts'
export {
  ATOMIC,
  must,
  storeCases,
  TEXTS,
  type StoreBreach,
  type StoreCase,
  type StoreContract,
  type StoreContractOptions,
  type StoreRule,
  type StoreUnderTest,
} from './contract/store-cases.ts'
export { randomSequences, type Random, type Step, type StoreSequences } from './contract/store-sequences.ts'
