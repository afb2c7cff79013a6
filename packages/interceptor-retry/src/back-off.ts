import type { RetryPolicy } from './options.ts'

/**
 * How long to wait before a call is made again. `retries`: how many there were already; `lastMs`: the delay before the
 * last of them. The jitters are those of Marc Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015);
 * decorrelated is `min(cap, random between base and 3 × the last delay)`, and looks at no `backoff`.
 */
export function backOffMs(policy: RetryPolicy, retries: number, lastMs: number | undefined): number {
  const { baseMs, capMs, jitter, random } = policy
  if (jitter === 'decorrelated') return Math.min(capMs, baseMs + random() * (3 * (lastMs ?? baseMs) - baseMs))
  const ms = Math.min(capMs, grownMs(policy, retries))
  switch (jitter) {
    case 'none':
      return ms
    case 'full':
      return random() * ms
    case 'equal':
      return ms / 2 + random() * (ms / 2)
  }
}

function grownMs({ backoff, baseMs }: RetryPolicy, retries: number): number {
  switch (backoff) {
    case 'exponential':
      // Not up to Infinity, of which 0 times is no number.
      return baseMs * 2 ** Math.min(retries, 1_000)
    case 'linear':
      return baseMs * (retries + 1)
    case 'constant':
      return baseMs
  }
}
