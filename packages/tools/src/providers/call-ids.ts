import { StageflowError } from '@stageflow/core'

import { show } from './option-rules.ts'

/** Ids of some gateways carry signed state of the model, and are long. */
const LONGEST_ID = 8_192
const MADE = 'made-'

/** An id for a call that has none. */
export const makeId = (): string => `${MADE}${crypto.randomUUID()}`

/** Whether `makeId` made it. */
export const isMadeId = (id: string): boolean => id.startsWith(MADE)

/** The ids of one message, each once: the second call that has `id` gets `id~2`. */
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
  throw new StageflowError('tools/illegal-option', `createId has answered ${show(id)}; it must answer a new text.`)
}
