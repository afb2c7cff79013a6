export { StageKind, StageOutput } from './output.ts'
export type {
  CancelOutput,
  Extras,
  FailOutput,
  OkOutput,
  RetryOutput,
  SkipOutput,
  StageKinds,
  StageOutputFactory,
  StageStatus,
} from './output.ts'
export { StageflowError, PipelineBuildError } from './errors.ts'
export type { ErrorRecord } from './errors.ts'
export { Pipeline } from './pipeline.ts'
export type {
  BuildOptions,
  ChildOptions,
  Feedback,
  MapData,
  MapOptions,
  Provides,
  Repeat,
  StageWiring,
} from './pipeline-types.ts'
export { defineStage, definePorts } from './stage.ts'
export type {
  AnyStage,
  DefineStage,
  OnFailure,
  OutputSchema,
  SharedOptions,
  Stage,
  StageClass,
  StageDefinition,
  StageFunction,
  StageLike,
  StageObject,
  StageReturn,
  StageSlot,
} from './stage-types.ts'
export { asStage } from './child-stage.ts'
export type { RunArguments, StageGraph } from './graph.ts'
export { PipelineFailedError } from './result.ts'
export type {
  CancelledResult,
  CompletedResult,
  FailedResult,
  PartialOutputs,
  PipelineResult,
  Run,
  RunData,
  RunOutputs,
} from './result.ts'
export type {
  AttemptRecord,
  PipelineReport,
  PipelineStatus,
  RunNotes,
  RunOutcome,
  StageNotes,
  StageRecord,
  Usage,
} from './report-types.ts'
export { ContextSnapshot } from './snapshot.ts'
export type { Conversation, Enrichments, Message, RunIdentity, RunInput, SnapshotExtensions } from './snapshot-types.ts'
export type {
  AnyInputs,
  Dependency,
  Fork,
  ForkChanges,
  InterceptorContext,
  Join,
  PipelineInfo,
  RunChanges,
  RunContext,
  RunOptions,
  RunParent,
  StageContext,
  StageInfo,
  StageOptions,
} from './context.ts'
export type { InputStatus, StageInputs } from './inputs.ts'
export { createSlot } from './slot.ts'
export type { Slot } from './slot.ts'
export { after } from './interceptor.ts'
export type { Interceptor, RunPipeline, RunStage } from './interceptor.ts'
export { insertAfter, insertBefore, replace, without } from './interceptor-list.ts'
export { NoOpEventSink, isStageEvent, setEventSink } from './events.ts'
export type {
  AppEvent,
  ChildEvent,
  EmitEvent,
  EngineEvent,
  EventFields,
  EventMap,
  EventSink,
  GuardRetryEvent,
  StageEventMap,
  StageflowEvent,
  TryEmitEvent,
} from './events.ts'
export { systemClock } from './clock.ts'
export type { Clock } from './clock.ts'
