/** How delays between tries grow. */
export interface BackOff {
  /** The first delay, in ms. */
  readonly baseMs: number
  /** The longest delay, in ms. */
  readonly capMs: number
  /** `exponential` doubles the delay, `linear` adds `baseMs`. Default: exponential. */
  readonly backoff?: 'exponential' | 'linear' | 'constant'
  /** How much of a delay is random, so that many callers don't come back at once. Default: full. */
  readonly jitter?: 'none' | 'full' | 'equal' | 'decorrelated'
  /** Returns numbers from 0 up to 1. Default: `cryptoRandom`. */
  readonly random?: () => number
}

/** A random number from 0 up to 1 that cannot be predicted. */
export const cryptoRandom = (): number => (crypto.getRandomValues(new Uint32Array(1))[0] as number) / 2 ** 32

/**
 * How long to wait before the next try, in ms. `retries`: how many retries there were; `lastMs`: the delay before the last of them.
 * The jitters are those of Marc Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015). `decorrelated` is
 * `min(cap, random between base and 3 × the last delay)` and ignores `backoff`.
 */
export function backOffMs(plan: BackOff, retries: number, lastMs?: number): number {
  const { baseMs, capMs, jitter = 'full' } = plan
  const random = randomOf(plan)
  if (jitter === 'decorrelated') return Math.min(capMs, baseMs + random * (3 * (lastMs ?? baseMs) - baseMs))
  const ms = Math.min(capMs, grownMs(plan, retries))
  if (jitter === 'none') return ms
  return jitter === 'full' ? random * ms : ms / 2 + (random * ms) / 2
}

function grownMs({ backoff = 'exponential', baseMs }: BackOff, retries: number): number {
  if (backoff === 'constant') return baseMs
  if (backoff === 'linear') return baseMs * (retries + 1)
  // Not up to Infinity: 0 times Infinity is not a number.
  return baseMs * 2 ** Math.min(retries, 1_000)
}

/** A function of the app that throws or returns something else must not make the wait shorter than planned. */
function randomOf({ random = cryptoRandom }: BackOff): number {
  try {
    const value = random()
    return value >= 0 && value <= 1 ? value : 1
  } catch {
    return 1
  }
}
