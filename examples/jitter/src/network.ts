import { seededRandom } from '@stageflow/testing'
import { CHUNK_MS } from './speech.ts'

/** When a chunk that was sent gets there; what is lost has no arrival. */
export interface Arrival {
  readonly chunk: number
  readonly atMs: number
}

const LOST = 0.03
const LEAST_DELAY_MS = 30
const JITTER_MS = 60

/** A bad line: 3 chunks in 100 are lost, each is 30 to 90 ms on its way, and every second or two nothing moves for up to 0.7 s. Order is kept. */
export function arrivals(chunks: number, seed: number): readonly Arrival[] {
  const random = seededRandom({ seed })
  const arrived: Arrival[] = []
  let stallFrom = 800 + 800 * random()
  let stallTo = stallFrom + 250 + 450 * random()
  let last = 0
  for (let chunk = 0; chunk < chunks; chunk++) {
    let atMs = chunk * CHUNK_MS + LEAST_DELAY_MS + JITTER_MS * random()
    const isLost = random() < LOST
    if (atMs >= stallTo) {
      stallFrom = stallTo + 700 + 900 * random()
      stallTo = stallFrom + 250 + 450 * random()
    }
    if (atMs >= stallFrom) atMs = stallTo
    last = Math.max(last, atMs)
    if (!isLost) arrived.push({ chunk, atMs: last })
  }
  return arrived
}
