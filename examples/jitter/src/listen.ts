import { isStageEvent, type StageflowEvent } from '@stageflow/core'
import { ChunkQueue } from '@stageflow/streaming'
import { calculateAudioDurationMs, type StreamingBufferStats } from '@stageflow/streaming/audio'
import { manualClock } from '@stageflow/testing'
import { call, MOST_MS, TARGET_MS, type Tick } from './call.ts'
import { levelPlot } from './level-plot.ts'
import type { Screen } from './screen.ts'
import { CHUNK_MS, SAMPLE_RATE } from './speech.ts'

interface Listening {
  readonly seed: number
  readonly seconds: number
  readonly screen: Screen
  readonly onBufferEvent: (event: StageflowEvent) => void
  /** Hands out what stops it. */
  readonly stopper: (stop: (reason: string) => void) => void
}

/** What was heard: the audio of each 20 ms, silence where there was none. */
export interface Heard {
  readonly audio: Uint8Array
  readonly isWhole: boolean
}

const SILENCE = new Uint8Array((SAMPLE_RATE * CHUNK_MS * 2) / 1_000)
const FRAME_EVERY_MS = 100

/** Runs the call and draws the level of its buffer: live on a terminal, else in no time on a clock of its own and once. */
export async function listen({ seed, seconds, screen, onBufferEvent, stopper }: Listening): Promise<Heard> {
  const ports = { seed, seconds, line: new ChunkQueue<Uint8Array>() }
  const manual = screen.isLive ? undefined : manualClock()
  const run = call.build({ ports, ...(manual === undefined ? {} : { clock: manual }) }).start({})
  stopper((reason) => run.cancel(reason))
  let isOver = false
  const settled = run.settled.finally(() => (isOver = true))
  const passTime = async (): Promise<void> => {
    while (manual !== undefined && !isOver) await manual.runAll()
  }
  const time = passTime()

  const plot = levelPlot({ mostMs: MOST_MS, width: screen.width, color: screen.color })
  const seen = { underruns: 0, overflows: 0, bytesDropped: 0 }
  const heard: Uint8Array[] = []
  const title = `Speech over a bad line (seed ${seed}): played from ${TARGET_MS} ms on, ${MOST_MS} ms at most.`
  const picture = (): string[] => [title, ...plot.lines(), '']
  const totals = (): string => {
    const droppedMs = calculateAudioDurationMs(seen.bytesDropped) ?? 0
    const dropped = `${seen.bytesDropped} bytes (${droppedMs} ms) by the events`
    return `underruns: ${seen.underruns} · overflows: ${seen.overflows} · dropped: ${dropped}`
  }

  for await (const event of run) {
    if (event.type === 'stream.buffer_underrun') {
      seen.underruns++
      plot.mark('underrun')
    } else if (event.type === 'stream.buffer_overflow') {
      seen.overflows++
      seen.bytesDropped += event.data.bytesDropped
      plot.mark('overflow')
    } else if (event.stage === 'speaker' && isStageEvent(event, 'chunk')) {
      const { atMs, levelMs, audio } = event.data.chunk as Tick
      plot.level(atMs, levelMs)
      heard.push(audio, SILENCE.subarray(audio.length))
      if (atMs % FRAME_EVERY_MS === 0) screen.draw([...picture(), totals()])
    }
    if (event.type.startsWith('stream.buffer_')) onBufferEvent(event)
  }
  await time
  const result = await settled
  const { network, speaker } = result.data
  const { stats } = (speaker ?? {}) as { readonly stats?: StreamingBufferStats }
  const own = stats === undefined ? ', until it was stopped' : `, ${stats.totalDropped} by the buffer's own count`
  const lost = network === undefined ? [] : [`lost on the way: ${network.lost} of ${network.sent} chunks`]
  screen.end([...picture(), `${totals()}${own}`, ...lost])
  if (result.status === 'failed') throw new Error(result.errors[0]?.message ?? 'the call failed')
  return { audio: joined(heard), isWhole: result.status === 'completed' }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
