export { manualClock, type ManualClock, type ManualClockOptions, type PendingTimer } from './manual-clock.ts'
export { recordingSink, type EventOf, type RecordingSink, type RecordingSinkOptions } from './recording-sink.ts'
export { seededOrder } from './seeded-order.ts'
export { seededRandom } from './seeded-random.ts'
