import { isPlain, plainLine } from '@stageflow/core/kit'

/** How many differences of one value are listed. */
const MOST = 12
/** How long a value is shown, in characters. */
const LONGEST = 60

/** One line for each place at which two JSON values differ: `data.text: "a" → "b"`. */
export function changesIn(before: unknown, after: unknown, path: string): readonly string[] {
  const found = [...differences(before, after, path)]
  if (found.length <= MOST) return found
  return [...found.slice(0, MOST), `${path}: ${found.length - MOST} more differences`]
}

/** Goes down into objects and arrays, and yields a line where something else differs. */
function* differences(before: unknown, after: unknown, path: string): Generator<string> {
  if (Object.is(before, after)) return
  if (isPlain(before) && isPlain(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      yield* differences(own(before, key), own(after, key), `${path}.${plainLine(key)}`)
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (let place = 0; place < Math.max(before.length, after.length); place++)
      yield* differences(before[place], after[place], `${path}[${place}]`)
  } else {
    const from = typeof before === 'string' && typeof after === 'string' ? firstDifference(before, after) : 0
    yield `${path}: ${shown(before, from)} → ${shown(after, from)}`
  }
}

const own = (object: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined

/** Where two long strings begin to be shown: shortly before they differ. */
function firstDifference(before: string, after: string): number {
  if (Math.max(before.length, after.length) <= LONGEST) return 0
  let place = 0
  while (before[place] === after[place] && place < before.length) place++
  return Math.max(0, place - LONGEST / 4)
}

/** A value in one short line; a string from the place at which it begins to be of interest. */
function shown(value: unknown, from: number): string {
  if (value === undefined) return 'nothing'
  if (typeof value !== 'string') {
    const text = plainLine(JSON.stringify(value))
    return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  }
  const part = value.slice(from, from + LONGEST)
  return `${JSON.stringify(`${from > 0 ? '…' : ''}${part}${from + LONGEST < value.length ? '…' : ''}`)}`
}
