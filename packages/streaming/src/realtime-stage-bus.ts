import { StageflowError } from '@stageflow/core'

import { type ChannelProducer, runProducer } from './channel-producer.ts'
import { ChunkQueue } from './chunk-queue.ts'
import { type ChunkQueueOptions, QUEUE_RULES, queueSettings, type QueueSettings } from './chunk-queue-options.ts'
import type { ChunkQueueStats } from './chunk-queue-stats.ts'
import type { FeedOptions } from './feed.ts'
import { problemsOf, refuseOptions, type Rules, shown } from './option-rules.ts'
import type { WaitOptions } from './wait-list.ts'

/** The options of every channel of a bus, which each may change for itself. */
export type RealtimeStageBusOptions<T> = Omit<ChunkQueueOptions<T>, 'name'>
export type ChannelOptions<T> = Omit<ChunkQueueOptions<T>, 'name' | 'eventEmitter' | 'clock'>

const { name: _, ...BUS_RULES } = QUEUE_RULES
const { eventEmitter: _1, clock: _2, ...CHANNEL_RULES } = BUS_RULES

interface Channel<T> {
  readonly queue: ChunkQueue<T>
  readonly settings: QueueSettings<T>
  producers: number
}

/**
 * Channels by name, through which the stages of a run hand chunks to each other while they work: a channel is a `ChunkQueue` made
 * when its name is first used. Errors: `streaming/illegal-option`, `streaming/channel-conflict`.
 */
export class RealtimeStageBus<T = unknown> {
  readonly #options: RealtimeStageBusOptions<T>
  readonly #channels = new Map<string, Channel<T>>()
  #isClosed = false

  constructor(options: RealtimeStageBusOptions<T> = {}) {
    const what = 'new RealtimeStageBus()'
    checkOptions(what, options, BUS_RULES)
    queueSettings<T>(what, options)
    this.#options = options
  }

  /** The channel of this name; made with these options if there is none. Other options than those it was made with are `streaming/channel-conflict`. */
  channel(name: string, options: ChannelOptions<T> = {}): ChunkQueue<T> {
    return this.#channelOf(name, options).queue
  }

  /** Puts into a channel, as `ChunkQueue.put`. */
  async publish(name: string, item: T, options?: WaitOptions): Promise<boolean> {
    return this.channel(name).put(item, options)
  }

  /** Reads a channel, as `ChunkQueue.values`. */
  subscribe(name: string, options?: WaitOptions): AsyncIterableIterator<T, undefined, undefined> {
    return this.channel(name).values(options)
  }

  /**
   * Fills a channel for as long as the producer lives. When it fails, or the signal aborts, the channel fails, and its readers
   * get the error; when the last producer of a channel has ended, the channel is closed. Rejects with the error of the producer;
   * whoever leaves that to the readers need not catch it.
   */
  produce(name: string, producer: ChannelProducer<T>, options: FeedOptions = {}): Promise<void> {
    const channel = this.#channelOf(name, {})
    channel.producers++
    const produced = runProducer(channel.queue, producer, options).then(
      () => {
        if (--channel.producers === 0) channel.queue.close()
      },
      (error: unknown) => {
        channel.queue.fail(error)
        throw error
      },
    )
    produced.catch(() => {})
    return produced
  }

  /** Closes a channel; it stays known, so that a reader that comes late finds what is left, and the end. */
  closeChannel(name: string): void {
    this.#channelOf(name, {}).queue.close()
  }

  /** Cancels a channel and forgets it, with what is queued; the name can be used anew. */
  removeChannel(name: string): void {
    this.#channels.get(name)?.queue.cancel()
    this.#channels.delete(name)
  }

  /** Closes every channel, and those that are asked for later are closed from the start. */
  closeAll(): void {
    this.#isClosed = true
    for (const { queue } of this.#channels.values()) queue.close()
  }

  /** The statistics of each channel by its name. */
  get stats(): Readonly<Record<string, ChunkQueueStats>> {
    // No prototype: any name is a channel's.
    const byName: Record<string, ChunkQueueStats> = Object.create(null) as Record<string, ChunkQueueStats>
    for (const [name, { queue }] of this.#channels) byName[name] = queue.stats
    return Object.freeze(byName)
  }

  #channelOf(name: string, options: ChannelOptions<T>): Channel<T> {
    const what = `The channel ${shown(name)}`
    checkOptions(what, options, CHANNEL_RULES)
    const known = this.#channels.get(name)
    if (known !== undefined) {
      refuseOtherOptions(name, known.settings, options)
      return known
    }
    const all = { ...this.#options, ...defined(options), name }
    const settings = queueSettings<T>(what, all)
    const channel = { queue: new ChunkQueue<T>(all), settings, producers: 0 }
    this.#channels.set(name, channel)
    if (this.#isClosed) channel.queue.close()
    return channel
  }
}

const checkOptions = (what: string, options: unknown, rules: Rules): void =>
  refuseOptions(what, problemsOf(options, rules))

const defined = <O extends object>(options: O): O =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as O

/** Whoever asks for other options would rely on what the channel does not do. */
function refuseOtherOptions<T>(name: string, settings: QueueSettings<T>, options: ChannelOptions<T>): void {
  const others = Object.entries(defined(options)).filter(
    ([key, value]) => plain(value) !== plain((settings as Readonly<Record<string, unknown>>)[key]),
  )
  if (others.length === 0) return
  const list = others.map(([key, value]) => `${key} ${shown(value)}`).join(', ')
  throw new StageflowError(
    'streaming/channel-conflict',
    `The channel ${shown(name)} was asked for with ${list}, and exists without. Give its options where it is first asked for, or always the same.`,
  )
}

const plain = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'coalesce' in value ? value.coalesce : value
