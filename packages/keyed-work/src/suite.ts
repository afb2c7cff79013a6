export { randomSequences, type Random, type Step, type StoreSequences } from './suite/random-sequences.ts'
export {
  FIFTY,
  isKept,
  LARGE_TEXTS,
  LONG_MS,
  MONTHS_MS,
  ODD_TEXTS,
  PARTS_OF_SECOND,
  SIMILAR_ENDS,
  StoreBench,
  type StoreUnderTest,
  shown,
} from './suite/store-bench.ts'
export { storeCases, type StoreCase, type StoreContract, type StoreContractOptions } from './suite/store-cases.ts'
export { ATOMIC, must, type StoreRule, type StoreRules, TEXTS } from './suite/store-rule.ts'
