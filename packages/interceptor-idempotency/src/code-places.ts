import { type StageInfo, StageflowError } from '@stageflow/core'

import { isUnnamed, sha256, shortened } from './key.ts'

/** The places that are remembered. An app that names a pipeline after each tenant has more names than should be kept. */
const MOST_PLACES = 10_000

/** Which code stands at each place: the name of a pipeline and of a stage in it. */
export class CodePlaces {
  /** Hashes, in the order in which they were last built. */
  readonly #codeAt = new Map<string, string>()

  /**
   * Throws if another stage with this name was built before, in a pipeline with this name, whose function has another text. Both would
   * use the same keys. The same code may be built any number of times. Code without a text can't be compared, so it isn't refused.
   */
  refuseOtherCode(stage: StageInfo): void {
    const { name, pipeline, itemOf } = stage
    const text = codeText(stage)
    // A key is refused in a pipeline without a name, when it is used.
    if (text === undefined || isUnnamed(pipeline.name)) return
    const place = shortened(JSON.stringify([pipeline.name, name]))
    const code = sha256(text)
    const known = this.#codeAt.get(place)
    if (known !== undefined && known !== code)
      throw new StageflowError(
        'idempotency/same-name',
        `${itemOf === undefined ? 'Stage' : 'Map'} "${name}" of pipeline "${pipeline.name}": another stage with this name and other code was built before, in a pipeline with the same name. For one key, each would get the output of the other. Give each pipeline its own name, such as new Pipeline('${pipeline.name}-2'). To build changed code in the same process, as a test does, pass it a new idempotency().`,
      )
    this.#codeAt.delete(place)
    this.#codeAt.set(place, code)
    const [oldest] = this.#codeAt.keys()
    if (this.#codeAt.size > MOST_PLACES) this.#codeAt.delete(oldest as string)
  }
}

/** The text of a stage's code, and of the child pipeline that it runs; undefined if it has none. */
function codeText({ source, child }: StageInfo): string | undefined {
  if (child === undefined) return source
  return JSON.stringify([source, child.name, child.stages.map((stage) => [stage.name, codeText(stage)])])
}
