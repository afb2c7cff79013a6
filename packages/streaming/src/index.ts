export type { WaitOptions } from '@stageflow/core/kit'
export { BackpressureMonitor } from './backpressure-monitor.ts'
export type { BackpressureMonitorOptions } from './backpressure-monitor.ts'
export type { ChannelProducer } from './channel-producer.ts'
export { ChunkQueue } from './chunk-queue.ts'
export type { ChunkQueueOptions, ChunkReaderOptions } from './chunk-queue-options.ts'
export type { ChunkQueueStats } from './chunk-queue-stats.ts'
export type { ChunkReader, ChunkReaderStats } from './chunk-reader.ts'
export type { ChunkSource } from './chunk-source.ts'
export { feed } from './feed.ts'
export type { FeedOptions } from './feed.ts'
export type { FeedSource } from './feed-source.ts'
export type { ChunkResult } from './lane.ts'
export type { OverflowPolicy } from './overflow-policy.ts'
export { RealtimeStageBus } from './realtime-stage-bus.ts'
export type { ChannelOptions, RealtimeStageBusOptions } from './realtime-stage-bus.ts'
export type { StreamEventEmitter, StreamEventType } from './stream-emitter.ts'
export type {
  ChunkDroppedEvent,
  ChunkDropReason,
  ProducerBlockedEvent,
  QueueClosedEvent,
  StreamSource,
  ThrottleEvent,
} from './stream-events.ts'
export { toAsyncIterable } from './to-async-iterable.ts'
export { toReadableStream, toWritableStream } from './web-streams.ts'
