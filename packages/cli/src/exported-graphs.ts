import type { PipelineInfo } from '@stageflow/core'
import { read, textOf } from '@stageflow/core/kit'

import { CommandError } from './command-error.ts'
import { guess } from './guess.ts'

export interface ExportedGraph {
  /** The name of the export. */
  readonly name: string
  readonly info: PipelineInfo
}

/**
 * The graphs that a module exports. They are found by shape: the file may have another copy of core. A pipeline is built without the
 * interceptors that act on the options of its stages.
 */
export function exportedGraphs(module: Readonly<Record<string, unknown>>, file: string): readonly ExportedGraph[] {
  const seen = new Set<unknown>()
  const graphs = Object.entries(module).flatMap(([name, value]): readonly ExportedGraph[] => {
    if (seen.has(value)) return []
    seen.add(value)
    const info = infoOf(value, name, file)
    return info === undefined ? [] : [{ name, info }]
  })
  if (graphs.length > 0) return graphs
  const names = Object.keys(module)
  const has = names.length === 0 ? 'It exports nothing.' : `It exports: ${names.join(', ')}.`
  throw new CommandError(
    `"${file}" exports no pipeline and no built graph. ${has} Export one: export const order = new Pipeline('order')…`,
  )
}

/** The graph of the export with this name; without a name, the only one. */
export function oneGraph(graphs: readonly ExportedGraph[], name: string | undefined, file: string): ExportedGraph {
  const names = graphs.map((each) => each.name)
  const [first] = graphs
  if (name === undefined && graphs.length === 1 && first !== undefined) return first
  const found = graphs.find((each) => each.name === name)
  if (found !== undefined) return found
  if (name === undefined)
    throw new CommandError(
      `"${file}" exports ${graphs.length} graphs: ${names.join(', ')}. Name one: stageflow graph ${file} ${names[0]}`,
    )
  throw new CommandError(`"${file}" exports no graph "${name}".${guess(name, names)} It exports: ${names.join(', ')}.`)
}

function infoOf(value: unknown, name: string, file: string): PipelineInfo | undefined {
  if (typeof read(value, 'runSettled') === 'function') return (value as { readonly info?: PipelineInfo }).info
  if (typeof read(value, 'build') !== 'function' || typeof read(value, 'withStage') !== 'function') return undefined
  try {
    return (value as Buildable).build({ ignoreOptions: true }).info
  } catch (error) {
    throw new CommandError(`The pipeline "${name}" of "${file}" can't be built: ${textOf(error)}`, { cause: error })
  }
}

interface Buildable {
  build(options: { readonly ignoreOptions: true }): { readonly info: PipelineInfo }
}
