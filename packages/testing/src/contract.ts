export type { ContractCase } from './contract-base/contract-case.ts'
export { interceptorContract } from './interceptor-contract/interceptor-contract.ts'
export type {
  CreateInterceptor,
  InterceptorContractOptions,
} from './interceptor-contract/interceptor-contract-options.ts'
export { sinkContract } from './sink-contract/sink-contract.ts'
export type { ArrivedEvent, CreateSink, SinkUnderTest } from './sink-contract/sink-bench.ts'
