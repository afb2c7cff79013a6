import { type Clock, Pipeline, StageKind } from '@stageflow/core'
import type { ChunkQueue } from '@stageflow/streaming'
import { StreamingBuffer } from '@stageflow/streaming/audio'
import { arrivals } from './network.ts'
import { CHUNK_MS, SAMPLE_RATE, speech } from './speech.ts'

export const TARGET_MS = 120
export const MOST_MS = 400

export interface CallPorts {
  readonly seconds: number
  readonly seed: number
  /** From the network to the speaker. */
  readonly line: ChunkQueue<Uint8Array>
}

/** What the speaker did in 20 ms. */
export interface Tick {
  readonly atMs: number
  /** How much the buffer held then. */
  readonly levelMs: number
  readonly audio: Uint8Array
}

/** The speech is made; then `network` delivers it as badly as it can, while `speaker` plays every 20 ms what the buffer has. */
export const call = Pipeline.withPorts<CallPorts>('call')
  .withStage('speech', ({ ports }) => ({ chunks: speech(ports.seconds) }), StageKind.TRANSFORM)
  .withStage(
    'network',
    async (context) => {
      const { inputs, ports, clock, signal, startedAt } = context
      // On every ending, or the speaker would wait for more.
      context.onCleanup(() => ports.line.close())
      const { chunks } = inputs.from('speech')
      const delivered = arrivals(chunks.length, ports.seed)
      for (const { chunk, atMs } of delivered) {
        await sleepUntil(startedAt + atMs, clock, signal)
        await ports.line.put(chunks[chunk]!, { signal })
      }
      ports.line.close()
      return { sent: chunks.length, lost: chunks.length - delivered.length }
    },
    StageKind.WORK,
    { dependencies: ['speech'] },
  )
  .withStage(
    'speaker',
    async function* ({ ports, clock, signal, startedAt, tryEmitEvent }): AsyncGenerator<Tick, object> {
      const limits = { sampleRate: SAMPLE_RATE, targetDurationMs: TARGET_MS, maxDurationMs: MOST_MS }
      const buffer = new StreamingBuffer({ ...limits, eventEmitter: tryEmitEvent })
      const received = receive(ports.line, buffer)
      for (let atMs = 0; atMs < ports.seconds * 1_000; atMs += CHUNK_MS) {
        await sleepUntil(startedAt + atMs, clock, signal)
        // Not ready: silence, until there is enough to play on without a new gap at once.
        const audio = buffer.isReady ? buffer.read(CHUNK_MS) : new Uint8Array(0)
        yield { atMs, levelMs: buffer.durationMs, audio }
      }
      ports.line.close()
      await received
      buffer.flush()
      return { stats: buffer.stats() }
    },
    StageKind.WORK,
    { dependencies: ['speech'] },
  )

async function receive(line: ChunkQueue<Uint8Array>, buffer: StreamingBuffer): Promise<void> {
  for await (const chunk of line) buffer.addChunk(chunk)
}

async function sleepUntil(time: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const ms = time - clock.now()
  if (ms > 0) await clock.sleep(ms, signal)
  else signal.throwIfAborted()
}
