// This order decides that of the modules in a bundle. In this one gzip finds more of what they share.
export { PipelineFailedError } from './contract/results.ts'
export { NoOpEventSink, setEventSink } from './contract/event-sink.ts'
export { isStageEvent } from './contract/events.ts'
export { Pipeline } from './pipeline/pipeline.ts'
export { ContextSnapshot } from './contract/snapshot.ts'
export { StageKind, StageOutput } from './contract/output.ts'
export { after } from './contract/interceptor.ts'
export { createSlot } from './contract/slot.ts'
export { StageflowError, PipelineBuildError } from './base/errors.ts'
export { insertAfter, insertBefore, replace, without } from './contract/interceptor.ts'
export { systemClock } from './base/clock.ts'
export { definePorts, defineStage, mapStage } from './pipeline/stage-values.ts'
export { asStage } from './children/pipeline-stage.ts'
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
  SuspendOutput,
} from './contract/output.ts'
export type { ErrorRecord } from './base/errors.ts'
export type { Feedback } from './children/pipeline-stage.ts'
export type {
  BuildOptions,
  ChildOptions,
  ItemData,
  ItemEntry,
  MapChunk,
  MapData,
  MapMembers,
  MapOptions,
  Provides,
  StageWiring,
} from './pipeline/pipeline-types.ts'
export type { DefineMap, MapDefinition } from './pipeline/stage-values.ts'
export type {
  AnswerFrom,
  AnswerSchema,
  AnswerTo,
  AnswersToItems,
  AnyStage,
  ChunkOf,
  DataOf,
  DefineStage,
  NamesOf,
  Final,
  InheritsFrom,
  ItemResult,
  LegalReturn,
  OnFailure,
  OnItemFailure,
  OutputSchema,
  SharedOptions,
  Skippable,
  SlotIn,
  SourceOf,
  Stage,
  StageClass,
  StageDefinition,
  StageFunction,
  StageLike,
  StageObject,
} from './contract/stage.ts'
export type { GateEdge, SoftEdge, StreamEdge } from './contract/edges.ts'
export type { RunArguments, StageGraph } from './pipeline/stage-graph.ts'
export type {
  AnswersOf,
  CancelledResult,
  ChildResult,
  CompletedResult,
  ExpiredQuestion,
  FailedResult,
  GivenAnswer,
  PartialOutputs,
  PipelineResult,
  Resumed,
  Run,
  RunData,
  RunOutputs,
  StageSlot,
  SuspendedResult,
  WithChildren,
} from './contract/results.ts'
export type {
  AttemptRecord,
  InboxRecord,
  ItemRecord,
  LegReport,
  MapRecord,
  PipelineReport,
  PipelineStatus,
  RunNotes,
  RunOutcome,
  StageNotes,
  StageRecord,
  Usage,
} from './contract/results.ts'
export type {
  Conversation,
  Enrichments,
  Kept,
  Message,
  RunAuthor,
  RunIdentity,
  RunInput,
  SnapshotExtensions,
} from './contract/snapshot-fields.ts'
export type {
  AnyInputs,
  Cleanup,
  InputStatus,
  ItemContext,
  RunningChild,
  Runnable,
  StageContext,
  StageInputs,
} from './contract/context.ts'
export type {
  Dependency,
  Join,
  MapItem,
  PipelineInfo,
  RunParent,
  StageInfo,
  StageOptions,
} from './contract/graph-info.ts'
export type { RunOptions } from './contract/run-context.ts'
export type { Slot } from './contract/slot.ts'
export type { Admission, RunRequest } from './contract/admission.ts'
export type {
  CallHooks,
  CallLimits,
  CallPart,
  Fork,
  Interceptor,
  InterceptorContext,
  NoCallLimits,
  OnCall,
  RunPipeline,
  RunStage,
} from './contract/interceptor.ts'
export type { RunChanges, RunContext, RunPart } from './contract/run-context.ts'
export type {
  AppEvent,
  ChildEvent,
  ChunkDropReason,
  ChunkDroppedEvent,
  EmitEvent,
  EngineEvent,
  EventFields,
  EventMap,
  GuardRetryEvent,
  ItemEvent,
  ProducerBlockedEvent,
  RefusedRequest,
  RunAction,
  StageEventMap,
  StartedStage,
  StageflowEvent,
  StreamSource,
  ThrottleEvent,
  TryEmitEvent,
  WaitOptions,
} from './contract/events.ts'
export type { EventSink } from './contract/run-context.ts'
export type { Clock } from './base/clock.ts'
