export { randomSequences, type Random, type Step, type StoreSequences } from './suite/random-sequences.ts'
export { FIFTY, LONG_MS, ODD_TEXTS, SIMILAR_ENDS, StoreBench, type StoreUnderTest, shown } from './suite/store-bench.ts'
export { storeCases, type StoreCase, type StoreContract, type StoreContractOptions } from './suite/store-cases.ts'
export { ATOMIC, must, type StoreRule, type StoreRules, TEXTS } from './suite/store-rule.ts'
