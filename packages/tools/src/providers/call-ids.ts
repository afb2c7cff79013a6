import { StageflowError } from '@stageflow/core'
import { show } from '@stageflow/core/kit'

/** Some gateways put signed state of the model into ids, so ids can be long. */
const LONGEST_ID = 8_192
const MADE = 'made-'

/** Generates an id for a call that has none. */
export const makeId = (): string => `${MADE}${crypto.randomUUID()}`

/** Whether `makeId` generated it. */
export const isMadeId = (id: string): boolean => id.startsWith(MADE)

/** Makes the ids of one message unique: the second call with `id` gets `id~2`. */
export function callIds(createId: () => string): (given: unknown) => string {
  const used = new Map<string, number>()
  return (given) => {
    const id = idText(given) ?? created(createId())
    let uses = used.get(id) ?? 0
    let unique = id
    while (uses > 0 && used.has(unique)) unique = `${id}~${++uses}`
    used.set(id, Math.max(uses, 1))
    if (unique !== id) used.set(unique, 1)
    return unique
  }
}

function idText(id: unknown): string | undefined {
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
