export { manualClock, type ManualClock, type ManualClockOptions, type PendingTimer } from './clock/manual-clock.ts'
export { recordingSink, type EventOf, type RecordingSink, type RecordingSinkOptions } from './events/recording-sink.ts'
export { eventOf, type EventData, type EventOverrides } from './events/event-of.ts'
export { eventsText, type EventsTextOptions } from './events/events-text.ts'
export { runStage } from './stages/run-stage.ts'
export type {
  MapItemData,
  StageAnswer,
  NamedStageInputs,
  NeededByStage,
  RunNamedStageOptions,
  RunStageOptions,
  StageRun,
} from './stages/run-stage.ts'
export { withStubs, type Stub, type Stubs } from './stages/with-stubs.ts'
export { fakeModel, type FakeModel, type ModelAnswer } from './fakes/fake-model.ts'
export { fakeSTT, fakeTTS } from './fakes/fake-speech.ts'
export type { FakeSTT, FakeTTS, SpeechAnswer, SpeechFields, TranscriptAnswer } from './fakes/fake-speech.ts'
export { fakeTool, type FakeTool } from './fakes/fake-tool.ts'
export type { FakeCall, FakeCallOptions, FakeOptions, FakeScript, FakeStreamOptions } from './fakes/fake-calls.ts'
export { httpError, type HttpError, type HttpErrorOptions } from './faults/http-error.ts'
export { faultInjector, type FaultInjector, type InjectedFault, type StageFaults } from './faults/fault-injector.ts'
export type { DelayRange } from './faults/delay-range.ts'
export { seededRandom, type SeedOptions } from './random/seeded-random.ts'
export { seededSchedule, type Schedule } from './schedules/schedule.ts'
export { exploreInterleavings, type ExploredOrders, type ExploreOptions } from './schedules/explore-interleavings.ts'
export { cassetteText, parseCassette } from './cassettes/cassette.ts'
export type { Cassette, CassetteEnd, RecordedChunk } from './cassettes/cassette.ts'
export type { RecordedFact } from './durable-runs/leg.ts'
export { recordRun, type RecordedRun, type RecordOptions } from './cassettes/record-run.ts'
export { replayRun, type ReplayedRun, type ReplayOptions } from './cassettes/replay-run.ts'
