import { childPath, placeSuffix, withoutRound } from '../contract/keys.ts'
import { isArray, isObject } from '../base/check.ts'
import type { Output, SuspendOutput } from '../contract/output.ts'
import type { ChildResult, PipelineReport } from '../contract/results.ts'
import type { Kept, RunInput } from '../contract/snapshot-fields.ts'
import type { ContextSnapshot } from '../contract/snapshot.ts'
import { requestsOf } from '../report/record.ts'

/** A suspended run: its result, or that result written as JSON and parsed. */
export interface SuspendedRun {
  readonly status: 'suspended'
  readonly requests: Readonly<Record<string, unknown>>
  readonly snapshot: ContextSnapshot | RunInput
  readonly outputs: Readonly<Record<string, unknown>>
  readonly report: PipelineReport
  /** What interceptors keep with the run, by their names. */
  readonly kept?: Kept | undefined
  readonly children: Readonly<Record<string, ChildResult>>
}

/** Requests with the outputs that made them: those of a run by stages, or those of a map by the keys of its items. `path`: where they are. */
export interface Asked {
  readonly requests: object
  readonly outputs: object
  readonly isMap: boolean
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
  if (items !== undefined && isOf(requestsOf(items)))
    return { requests: request as object, outputs: items, isMap: true, path }
  // A child run of `withPipeline(…, { repeat })` has the number of its attempt in its path.
  const { attempt } = (state ?? {}) as { readonly attempt?: number }
  const places = attempt === undefined ? [path] : [path, path + placeSuffix(attempt)]
  for (const inside of places) {
    const [, child] = suspendedChild(children, inside) ?? []
    if (child !== undefined && isOf(child.requests))
      return { requests: child.requests, outputs: child.outputs, isMap: false, path: inside }
  }
  return undefined
}

/** A request that waits for an answer. */
export interface OpenRequest {
  /** The keys of its answer, from the outermost: `['kid', 'check']` is answered by `{ kid: { check: answer } }`. */
  readonly path: readonly string[]
  readonly request: unknown
  /** When it goes on without an answer, in ms since 1970; undefined: never. */
  readonly until?: number | undefined
  /** The JSON Schema of its answer (draft 2020-12), if the `answerSchema` of the stage has one. */
  readonly answerSchema?: object | undefined
}

/** The requests that a suspended run waits for. Those of its child runs and of the items of its maps are listed one by one. */
export const openRequests = ({ requests, outputs, children }: SuspendedRun): readonly OpenRequest[] =>
  requestsIn({ requests, outputs, isMap: false, path: '' }, children, [])

/** When a suspended run goes on without an answer, in ms since 1970: the earliest time of its questions. Undefined: never. */
export function wakeAt(run: SuspendedRun): number | undefined {
  const times = openRequests(run).flatMap(({ until }) => until ?? [])
  return times.length === 0 ? undefined : Math.min(...times)
}

/** Whether the time of a suspended output has passed, or that of one inside it. */
export function isDue(output: SuspendOutput, children: SuspendedRun['children'], path: string, now: number): boolean {
  const inside = askedInside(output, children, path)
  const times = inside === undefined ? [output.until] : requestsIn(inside, children, []).map(({ until }) => until)
  return times.some((until) => until !== undefined && until <= now)
}

function requestsIn(
  { requests, outputs, isMap, path }: Asked,
  children: SuspendedRun['children'],
  keys: readonly string[],
): OpenRequest[] {
  return Object.entries(requests).flatMap(([name, request]: [string, unknown]) => {
    const output = (outputs as Readonly<Record<string, SuspendOutput>>)[name] as SuspendOutput
    const inside = askedInside(output, children, isMap ? path + placeSuffix(name) : childPath(path, name))
    return inside === undefined
      ? [{ path: [...keys, name], request, until: output.until, answerSchema: output.answerSchema }]
      : requestsIn(inside, children, [...keys, name])
  })
}

/** The suspended child run at `path`, with its key. After a retry, the key ends with `@2` or the like. */
export const suspendedChild = (
  children: SuspendedRun['children'],
  path: string,
): readonly [key: string, child: SuspendedRun] | undefined =>
  Object.entries(children).find(([key, { status }]) => withoutRound(key) === path && status === 'suspended') as
    | [string, SuspendedRun]
    | undefined

/** The outputs of the items of a map that suspended, by their keys. */
export function itemsIn(state: unknown): Readonly<Record<string, Output>> | undefined {
  if (!isObject(state)) return undefined
  const { items, keys } = state as { readonly items?: readonly (Output | null)[]; readonly keys?: readonly string[] }
  const isOfMap = isArray(items) && items.some((item) => item?.status === 'suspend')
  if (!isOfMap) return undefined
  return Object.fromEntries(items.map((item, index) => [keys?.[index] ?? index, item as Output]))
}
