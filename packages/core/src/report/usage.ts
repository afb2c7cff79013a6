import { freezeDeep, isPlain } from '../base/objects.ts'

type Usage = Readonly<Record<string, unknown>>

/**
 * The sum of the `usage` notes of attempts; undefined without one. Numbers are added, also one level down. Of other values the last
 * counts, but `estimated` stays true once it was.
 */
export function usageOf(attempts: readonly { readonly notes?: Usage }[] | undefined): unknown {
  let sum: unknown
  for (const { notes } of attempts ?? []) {
    const usage = notes?.['usage']
    if (usage === undefined) continue
    sum = isPlain(sum) && isPlain(usage) ? added(sum, usage, 1) : usage
  }
  return isPlain(sum) ? freezeDeep(sum) : sum
}

function added(sum: Usage, more: Usage, depth: number): Usage {
  const total: Record<string, unknown> = { ...sum }
  for (const [key, value] of Object.entries(more)) {
    const before = total[key]
    if (typeof before === 'number' && typeof value === 'number') total[key] = before + value
    else if (depth > 0 && isPlain(before) && isPlain(value)) total[key] = added(before, value, depth - 1)
    else if (key !== 'estimated' || before !== true) total[key] = value
  }
  return total
}
