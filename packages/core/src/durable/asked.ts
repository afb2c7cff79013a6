import { isArray } from '../base/check.ts'
import type { SuspendOutput } from '../contract/output.ts'
import { requestsOf } from '../report/record.ts'
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
  // Code can also suspend with a state like that of a map, or with a request of its own beside a child run.
  const isOf = (requests: unknown): boolean => JSON.stringify(requests) === JSON.stringify(request)
  const items = itemsIn(state)
  if (items !== undefined && isOf(requestsOf(items))) return { requests: request as object, outputs: items, path }
  // A child run of `withPipeline(…, { repeat })` has the number of its attempt in its path.
  const { attempt } = (state ?? {}) as { readonly attempt?: number }
  const places = attempt === undefined ? [path] : [path, `${path}#${attempt}`]
  for (const inside of places) {
    const [, child] = suspendedChild(children, inside) ?? []
    if (child !== undefined && isOf(child.requests))
      return { requests: child.requests, outputs: child.outputs, path: inside }
  }
  return undefined
}

/** A request that waits for an answer. */
export interface OpenRequest {
  /** The keys of its answer, from the outermost: `['kid', 'check']` is answered by `{ kid: { check: answer } }`. */
  readonly path: readonly string[]
  readonly request: unknown
}

/** The requests that a suspended run waits for. Those of its child runs and of the items of its maps are listed one by one. */
export const openRequests = ({ requests, outputs, children }: SuspendedRun): readonly OpenRequest[] =>
  requestsIn({ requests, outputs, path: '' }, children, [])

function requestsIn(
  { requests, outputs, path }: Asked,
  children: SuspendedRun['children'],
  keys: readonly string[],
): OpenRequest[] {
  return Object.entries(requests).flatMap(([name, request]: [string, unknown]) => {
    const output = (outputs as Readonly<Record<string, SuspendOutput>>)[name] as SuspendOutput
    const inside = askedInside(output, children, pathOf(name, outputs, path))
    return inside === undefined ? [{ path: [...keys, name], request }] : requestsIn(inside, children, [...keys, name])
  })
}

/** The path of a stage or an item, as the keys of `children` have it. */
export const pathOf = (name: string, outputs: object, path: string): string =>
  path === '' ? name : path + (isArray(outputs) ? `#${name}` : `/${name}`)
