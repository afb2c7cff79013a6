import { OPTION_DEPTH } from '../base/bounds.ts'
import { defined, isPlainJson } from '../base/objects.ts'
import type { Dependency, Join, PipelineInfo, StageInfo, StageOptions } from '../contract/graph-info.ts'
import type { EdgeKind } from '../contract/edges.ts'
import type { StageKind } from '../contract/output.ts'

/** The places of a stage's neighbors in the list of names. */
interface Neighbors {
  readonly names: readonly string[]
  readonly dependencies: readonly number[]
  readonly kinds: readonly EdgeKind[]
  readonly dependents: readonly number[]
}

/** How the text of a function ends whose code isn't JavaScript, or is behind another function. */
const NATIVE = /\{\s*\[native code\]\s*\}$/

/** The description of a stage. Its lists are created when they are read. */
export class StageDescription implements StageInfo {
  declare readonly name: string
  declare readonly kind: StageKind
  declare readonly index: number
  declare readonly join: Join
  declare readonly conditional: boolean
  declare readonly tolerated: boolean
  declare readonly streams: boolean
  declare readonly map: boolean
  declare readonly itemOf: StageInfo | undefined
  declare readonly child: PipelineInfo | undefined
  declare readonly placement: string | undefined
  declare readonly options: Readonly<StageOptions>
  declare readonly pipeline: PipelineInfo
  readonly #neighbors: Neighbors
  readonly #code: Function | undefined

  constructor(
    fields: Omit<StageInfo, 'dependencies' | 'dependents' | 'source' | 'toJSON'>,
    neighbors: Neighbors,
    code: Function | undefined,
  ) {
    this.#neighbors = neighbors
    this.#code = code
    Object.freeze(Object.assign(this, fields))
  }

  get dependencies(): readonly Dependency[] {
    const { names, dependencies, kinds } = this.#neighbors
    return Object.freeze(
      dependencies.map((source, place) =>
        Object.freeze({ stage: names[source] as string, edge: kinds[place] as EdgeKind }),
      ),
    )
  }
  get dependents(): readonly string[] {
    const { names, dependents } = this.#neighbors
    return Object.freeze(dependents.map((target) => names[target] as string))
  }

  get source(): string | undefined {
    const text = this.#code && Function.prototype.toString.call(this.#code)
    return text === undefined || NATIVE.test(text) ? undefined : text
  }

  /**
   * Without `index` and `dependents`, which follow from the list of stages; without `pipeline`, which leads back here; without `source`; and without
   * options that aren't plain JSON.
   */
  toJSON(): object {
    const { index: _index, itemOf: _itemOf, pipeline: _pipeline, options: all, ...fields } = this
    const options = Object.entries(all).filter(([, value]) => isPlainJson(value, OPTION_DEPTH))
    return { ...defined(fields), dependencies: this.dependencies, options: Object.fromEntries(options) }
  }
}

/** The description of a built pipeline. `stages` is filled, and frozen, while it is built. */
export class PipelineDescription implements PipelineInfo {
  declare readonly name: string
  declare readonly stages: readonly StageInfo[]
  declare readonly interceptors: readonly string[]

  constructor(name: string, stages: readonly StageInfo[], interceptors: readonly string[]) {
    Object.freeze(Object.assign(this, { name, stages, interceptors }))
  }

  toJSON(): object {
    const { name, stages, interceptors } = this
    return { name, stages, interceptors }
  }
}
