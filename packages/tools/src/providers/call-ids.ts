import { StageflowError } from '@stageflow/core'
import { show } from '@stageflow/core/kit'

/** Some gateways put signed state of the model into ids, so ids can be long. */
const LONGEST_ID = 8_192
const MADE = 'made-'

/** Generates an id for a call that has none. */
export const makeId = (): string => `${MADE}${crypto.randomUUID()}`

/** Whether `makeId` generated it. */
export const isMadeId = (id: string): boolean => id.startsWith(MADE)

/** Makes the ids of one message unique: the second call with `id` gets `id_2`, which every provider takes back. */
export function callIds(createId: () => string): (given: unknown) => string {
  /** How often each id was given, or the highest number behind it. */
  const used = new Map<string, number>()
  return (given) => {
    const id = idText(given) ?? created(createId())
    const uses = used.get(id)
    if (uses === undefined) {
      used.set(id, 1)
      return id
    }
    // Another call may have an id such as `id_2` already.
    let next = uses + 1
    while (used.has(`${id}_${next}`)) next++
    used.set(id, next)
    used.set(`${id}_${next}`, 1)
    return `${id}_${next}`
  }
}

/** The id of a call, as a string; undefined if the value isn't an id. */
export function idText(id: unknown): string | undefined {
  if (typeof id === 'string') return id !== '' && id.length <= LONGEST_ID ? id : undefined
  return Number.isFinite(id) ? String(id) : undefined
}

function created(id: unknown): string {
  if (typeof id === 'string' && id !== '') return id
  throw new StageflowError(
    'tools/illegal-option',
    `createId returned ${show(id)}. Return a new string that is not empty.`,
  )
}
