export { durableWorkflow } from './durable-workflow.ts'
export type { DurableHandlers, RunEnd } from './durable-workflow.ts'
export type { RunState, RunView } from './run-view.ts'
export type { Retry, RunAct } from './run-acts.ts'
export type { SentRequest } from './sent-request.ts'
export type { Secret, Secrets } from './secret.ts'
export { durableService } from './durable-service.ts'
export type { ServiceCall } from './service-call.ts'
export type { StageHandlers } from './durable-service.ts'
export type { DurableOptions, ServiceFactoryOptions, WorkflowFactoryOptions } from './durable-options.ts'
export type { DurableResult } from './durable-result.ts'
export type { DurableRequest, Moved, BegunRequest } from './run-start.ts'
export { durableClient } from './client.ts'
export type {
  AttachOptions,
  DurableClient,
  DurableClientOptions,
  DurableClientStats,
  NamedClient,
  RequestOptions,
  RetryRunOptions,
} from './client.ts'
export { moveRun } from './move-run.ts'
export type { MoveRunOptions } from './move-run.ts'
