import { isText } from './check.ts'
import { StageflowError } from './errors.ts'
import { read } from './foreign.ts'
import { show } from './show.ts'
import { VERSION, rangeIncludes } from './version.ts'

/**
 * What is wrong with the versions of core that a plugin needs, as it states them in `core`. Undefined if it states none, or if this
 * version is one of them. `what`: the plugin, as the message begins.
 */
export function coreProblem(what: string, core: unknown): string | undefined {
  if (core === undefined) return undefined
  const isIncluded = isText(core) ? rangeIncludes(core) : undefined
  if (isIncluded === undefined) return `${what}: core must be a range of versions such as '^1.0.0', not ${show(core)}.`
  if (isIncluded) return undefined
  return `${what} needs another core than ${VERSION}; run: npm install "@stageflow/core@${core as string}"`
}

/** The same for a plugin that has no name of its own. `kind`: what it is, such as `The event sink`. */
export function neededCoreProblem(kind: string, plugin: unknown): string | undefined {
  const core = read(plugin, 'core')
  if (core === undefined) return undefined
  const { name } = Object((plugin as object).constructor) as { readonly name?: unknown }
  return coreProblem(isText(name) && name !== 'Object' ? `${kind} (${name})` : kind, core)
}

/**
 * Refuses a sink, an exporter, a store or an executor that needs another version of core. Call it where you are given one. Throws
 * `core/plugin-version`.
 */
export function checkNeededCore(kind: string, plugin: unknown): void {
  const problem = neededCoreProblem(kind, plugin)
  if (problem !== undefined) throw new StageflowError('core/plugin-version', problem)
}
