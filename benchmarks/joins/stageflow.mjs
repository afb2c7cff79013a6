import { Pipeline } from '../../packages/core/src/index.ts'
import { codeOf } from './graphs.mjs'

/** Plain dependencies. A branch that is not taken is a stage whose `when` says no. */
export async function run({ stages }, log) {
  let pipeline = new Pipeline('support')
  for (const stage of stages) {
    const { name, after, taken = true } = stage
    pipeline = pipeline.withStage(name, codeOf(stage, log), { dependencies: after, when: () => taken })
  }
  const result = await pipeline.build().run({ inputText: 'Where is my order?' })
  return result.status
}
