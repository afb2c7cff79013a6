import type { Tool as ListedTool } from '@modelcontextprotocol/client'
import { textOf } from '@stageflow/core/kit'
import type { AnyTool } from '@stageflow/tools'

import { nameForModels } from './tool-names.ts'

/** A tool of the server that can't be called. */
export interface LeftOutTool {
  /** Its name on the server. */
  readonly tool: string
  readonly reason: string
}

/** What an update changed, by the names that models see. */
export interface ToolListChange {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
  readonly leftOut: readonly LeftOutTool[]
}

export interface ToolListSetup {
  readonly prefix: string
  readonly maxTools: number
  readonly makeTool: (name: string, listed: ListedTool) => AnyTool
  /** Takes the secrets out of a text of the server. */
  readonly clean: (text: string) => string
}

interface Entry {
  readonly tool: AnyTool
  /** The name on the server. */
  readonly serverName: string
  /** What the server listed. */
  readonly json: string
}

/** The tools of now, by the names that models see. A tool that is listed again as it was stays the same object. */
export class ToolList {
  readonly #prefix: string
  readonly #maxTools: number
  readonly #makeTool: (name: string, listed: ListedTool) => AnyTool
  readonly #clean: (text: string) => string
  #entries: ReadonlyMap<string, Entry> = new Map()
  tools: readonly AnyTool[] = Object.freeze([])
  leftOut: readonly LeftOutTool[] = Object.freeze([])

  constructor({ prefix, maxTools, makeTool, clean }: ToolListSetup) {
    this.#prefix = prefix
    this.#maxTools = maxTools
    this.#makeTool = makeTool
    this.#clean = clean
  }

  /** Whether the server still has the tool. */
  has(name: string): boolean {
    return this.#entries.has(name)
  }

  /** Takes over what the server lists now. Returns what that changed; undefined if nothing. */
  update(listed: readonly ListedTool[]): ToolListChange | undefined {
    const before = this.#entries
    const wasLeftOut = JSON.stringify(this.leftOut)
    const entries = new Map<string, Entry>()
    const leftOut: LeftOutTool[] = []
    for (const one of this.#legalNamesFirst(listed)) {
      const reason = this.#add(one, entries, before)
      if (reason !== undefined) leftOut.push({ tool: this.#clean(one.name), reason: this.#clean(reason) })
    }
    this.#entries = entries
    this.tools = Object.freeze([...entries.values()].map(({ tool }) => tool))
    this.leftOut = Object.freeze(leftOut)
    const added = [...entries.keys()].filter((name) => !before.has(name))
    const removed = [...before.keys()].filter((name) => !entries.has(name))
    const changed = [...entries].filter(([name, { json }]) => (before.get(name)?.json ?? json) !== json)
    const isSame = added.length + removed.length + changed.length === 0 && JSON.stringify(leftOut) === wasLeftOut
    return isSame ? undefined : { added, removed, changed: changed.map(([name]) => name), leftOut: this.leftOut }
  }

  /** Tools whose name is legal as it is come first, so that another one can't take it. */
  #legalNamesFirst(listed: readonly ListedTool[]): readonly ListedTool[] {
    const isUnchanged = ({ name }: ListedTool): boolean => nameForModels(this.#prefix, name) === this.#prefix + name
    return [...listed.filter(isUnchanged), ...listed.filter((one) => !isUnchanged(one))]
  }

  /** Adds a tool, or returns why it can't be called. */
  #add(listed: ListedTool, entries: Map<string, Entry>, before: ReadonlyMap<string, Entry>): string | undefined {
    const name = nameForModels(this.#prefix, listed.name)
    const holder = entries.get(name)
    if (holder !== undefined) return `models would call it "${name}", as they call "${holder.serverName}"`
    if (entries.size >= this.#maxTools) return `the server has more than ${this.#maxTools} tools (maxTools)`
    const json = JSON.stringify(listed)
    const known = before.get(name)
    if (known?.json === json) {
      entries.set(name, known)
      return undefined
    }
    try {
      entries.set(name, { tool: this.#makeTool(name, listed), serverName: listed.name, json })
      return undefined
    } catch (error) {
      return textOf(error)
    }
  }
}
