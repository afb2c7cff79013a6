/** Marks what this package makes, in every copy of it; its value is the copy. */
const MADE_BY: unique symbol = Symbol.for('@stageflow/made-by')
const THIS_COPY = Symbol('this copy')

export const FIND_COPIES = 'To find the copies, run "npm ls @stageflow/core"; then keep one.'

/** Marks an object, or all that have it as their prototype, as made by this copy. */
export function branded<T extends object>(object: T): T {
  return Object.defineProperty(object, MADE_BY, { value: THIS_COPY })
}

/**
 * A sentence for an error message if another copy of core made `value`: a pipeline, a graph, a stage of `defineStage` or a
 * slot. Otherwise undefined. npm installs a second copy if a package has core among its `dependencies` instead of its
 * `peerDependencies`.
 */
export function fromOtherCopy(value: unknown): string | undefined {
  let copy: unknown
  try {
    copy = (value as { readonly [MADE_BY]?: unknown } | null | undefined)?.[MADE_BY]
  } catch {
    // a revoked proxy
  }
  if (copy === undefined || copy === THIS_COPY) return undefined
  return `It was made by another copy of @stageflow/core. ${FIND_COPIES}`
}
