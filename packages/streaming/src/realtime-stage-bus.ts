import { StageflowError } from '@stageflow/core'
import { checkOptions, show, plainOptions } from '@stageflow/core/kit'
import type { WaitOptions } from '@stageflow/core/kit'

import { ILLEGAL_OPTION } from './argument-errors.ts'
import { type ChannelProducer, runProducer } from './channel-producer.ts'
import { ChunkQueue } from './chunk-queue.ts'
import { type ChunkQueueOptions, QUEUE_RULES, queueSettings, type QueueSettings } from './chunk-queue-options.ts'
import type { ChunkQueueStats } from './chunk-queue-stats.ts'
import type { FeedOptions } from './feed.ts'

/** The options of all channels of a bus. A channel can override them. */
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
 * Channels by name, through which stages hand chunks to each other while both work. A channel is a `ChunkQueue`, made when its name
 * is first used. Errors: `streaming/illegal-option`, `streaming/channel-conflict`.
 */
export class RealtimeStageBus<T = unknown> {
  readonly #options: RealtimeStageBusOptions<T>
  readonly #channels = new Map<string, Channel<T>>()
  #isClosed = false

  constructor(options: RealtimeStageBusOptions<T> = {}) {
    const what = 'new RealtimeStageBus()'
    checkOptions(what, ILLEGAL_OPTION, options, BUS_RULES)
    queueSettings<T>(what, options)
    this.#options = options
  }

  /** Returns the channel of this name, or makes it with these options. Throws `streaming/channel-conflict` if it exists with other options. */
  channel(name: string, options: ChannelOptions<T> = {}): ChunkQueue<T> {
    return this.#channelOf(name, options).queue
  }

  /** Puts an item into a channel, like `ChunkQueue.put`. */
  async publish(name: string, item: T, options?: WaitOptions): Promise<boolean> {
    return this.channel(name).put(item, options)
  }

  /** Reads a channel, like `ChunkQueue.values`: the last loop that is left early cancels the channel. */
  subscribe(name: string, options?: WaitOptions): AsyncIterableIterator<T, undefined, undefined> {
    return this.channel(name).values(options)
  }

  /**
   * Fills a channel from a producer. If that fails, or the signal aborts, the channel fails, and its readers get the error. When the
   * last producer of a channel has ended, the channel is closed. Rejects with the error of the producer; you don't have to catch it,
   * because the readers get it too.
   */
  produce(name: string, producer: ChannelProducer<T>, options: FeedOptions = {}): Promise<void> {
    const channel = this.#channelOf(name, {})
    channel.producers++
    const produced = runProducer(channel.queue, producer, options).then(
      () => {
        channel.producers--
        if (channel.producers === 0) channel.queue.close()
      },
      (error: unknown) => {
        channel.queue.fail(error)
        throw error
      },
    )
    produced.catch(() => {})
    return produced
  }

  /** Closes a channel. It stays known, so that a late reader finds what is left, and the end. */
  closeChannel(name: string): void {
    this.#channelOf(name, {}).queue.close()
  }

  /** Cancels a channel, and forgets it with what is queued. The name can be used again. */
  removeChannel(name: string): void {
    this.#channels.get(name)?.queue.cancel()
    this.#channels.delete(name)
  }

  /** Closes every channel. Channels that are made later are closed from the start. */
  closeAll(): void {
    this.#isClosed = true
    for (const { queue } of this.#channels.values()) queue.close()
  }

  /** The counts of each channel, by its name. */
  stats(): Readonly<Record<string, ChunkQueueStats>> {
    // Without a prototype, because a channel may have any name.
    const byName: Record<string, ChunkQueueStats> = Object.create(null) as Record<string, ChunkQueueStats>
    for (const [name, { queue }] of this.#channels) byName[name] = queue.stats()
    return Object.freeze(byName)
  }

  #channelOf(name: string, options: ChannelOptions<T>): Channel<T> {
    const what = `The channel ${show(name)}`
    checkOptions(what, ILLEGAL_OPTION, options, CHANNEL_RULES)
    const known = this.#channels.get(name)
    if (known !== undefined) {
      refuseOtherOptions(name, known.settings, options)
      return known
    }
    const all = { ...defined(this.#options), ...defined(options), name }
    const settings = queueSettings<T>(what, all)
    const channel = { queue: new ChunkQueue<T>(all), settings, producers: 0 }
    this.#channels.set(name, channel)
    if (this.#isClosed) channel.queue.close()
    return channel
  }
}

const defined = <O extends object>(options: O): O =>
  Object.fromEntries(Object.entries(plainOptions(options)).filter(([, value]) => value !== undefined)) as O

/** A caller that asks for other options relies on what the channel doesn't do. */
function refuseOtherOptions<T>(name: string, settings: QueueSettings<T>, options: ChannelOptions<T>): void {
  const known: Readonly<Record<string, unknown>> = { ...settings }
  const others = Object.entries(defined(options)).filter(([key, value]) => comparable(value) !== comparable(known[key]))
  if (others.length === 0) return
  const list = others.map(([key, value]) => `${key}: ${show(value)}`).join(', ')
  throw new StageflowError(
    'streaming/channel-conflict',
    `The channel ${show(name)} exists with other options than ${list}. Pass the options where the channel is first used, or the same everywhere.`,
  )
}

/** A policy with a coalesce function is compared by that function. */
const comparable = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'coalesce' in value ? value.coalesce : value
