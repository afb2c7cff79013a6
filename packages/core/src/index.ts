export { systemClock } from './clock.ts'
export { Pipeline } from './pipeline.ts'
export { createSlot } from './slot.ts'
export { ContextSnapshot } from './snapshot.ts'
export { StageKind, StageOutput } from './output.ts'
export { PipelineFailedError } from './result.ts'
export { NoOpEventSink, isStageEvent, setEventSink } from './events.ts'
export { after } from './interceptor.ts'
export { StageflowError, PipelineBuildError } from './errors.ts'
export { insertAfter, insertBefore, replace, without } from './interceptor-list.ts'
export { defineStage, definePorts } from './stage.ts'
export { asStage } from './child-stage.ts'
export type {
  CancelOutput,
  Extras,
  FailOutput,
  OkOutput,
  PlainObject,
  RetryOutput,
  SkipOutput,
  StageKinds,
  StageOutputFactory,
  StageStatus,
} from './output.ts'
export type { ErrorRecord } from './errors.ts'
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
export type {
  AnyStage,
  DefineStage,
  LegalReturn,
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
export type { RunArguments, StageGraph } from './graph.ts'
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
export type { Conversation, Enrichments, Message, RunIdentity, RunInput, SnapshotExtensions } from './snapshot-types.ts'
export type {
  AnyInputs,
  CallNews,
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
export type { Slot } from './slot.ts'
export type { CallPart, Interceptor, OnCall, RunPart, RunPipeline, RunStage } from './interceptor.ts'
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
export type { Clock } from './clock.ts'
