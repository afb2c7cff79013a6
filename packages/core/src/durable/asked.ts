import type { SuspendOutput } from '../contract/output.ts'
import { itemsIn, suspendedChild } from './earlier-legs.ts'
import type { SuspendedRun } from './earlier-legs.ts'

/** Requests with the outputs that made them: those of a run, or of the items of a map. `path`: where they are. */
export interface Asked {
  readonly requests: object
  readonly outputs: object
  readonly path: string
}

/**
 * The requests that the request of a suspended stage consists of: those of its items or of its child run. Undefined if the
 * stage itself has asked.
 */
export function askedInside(
  { request, state }: SuspendOutput,
  children: SuspendedRun['children'],
  path: string,
): Asked | undefined {
  const items = itemsIn(state)
  if (items !== undefined) return { requests: request as object, outputs: items, path }
  const { attempt } = (state ?? {}) as { readonly attempt?: number }
  for (const inside of [path, `${path}#${attempt}`]) {
    const child = suspendedChild(children, inside)
    // Code can also suspend with a request of its own, beside a child run.
    if (child !== undefined && JSON.stringify(child.requests) === JSON.stringify(request))
      return { requests: child.requests, outputs: child.outputs, path: inside }
  }
  return undefined
}
