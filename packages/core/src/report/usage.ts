import { freezeDeep, isPlain } from '../base/objects.ts'
import type { Usage } from '../contract/results.ts'

type Members = Readonly<Record<string, unknown>>

/**
 * The sum of two `usage` notes; undefined is nothing. Numbers are added, also one level down. Of other values the last counts, but
 * `estimated` stays true once it was.
 */
export function addedUsage(sum: unknown, more: unknown): unknown {
  if (more === undefined) return sum
  return isPlain(sum) && isPlain(more) ? added(sum, more, 1) : more
}

/** The sum of the `usage` of several, frozen; undefined without one. */
export function sumOfUsage(all: readonly unknown[]): Usage | undefined {
  const sum = all.reduce(addedUsage, undefined)
  return (isPlain(sum) ? freezeDeep(sum) : sum) as Usage | undefined
}

function added(sum: Members, more: Members, depth: number): Members {
  const total: Record<string, unknown> = { ...sum }
  for (const [key, value] of Object.entries(more)) {
    const before = total[key]
    if (typeof before === 'number' && typeof value === 'number') total[key] = before + value
    else if (depth > 0 && isPlain(before) && isPlain(value)) total[key] = added(before, value, depth - 1)
    else if (key !== 'estimated' || before !== true) total[key] = value
  }
  return total
}
