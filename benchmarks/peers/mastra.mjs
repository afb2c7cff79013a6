import { createStep, createWorkflow } from '@mastra/core/workflows'
import { z } from 'zod'
import { bounded } from '../shapes.mjs'

const anything = z.any()

/** Mastra runs level by level: each level of the shape is one `parallel` (or one `then`), whose outputs the next one reads. */
export function build(shape) {
  const levels = levelsOf(shape)
  const workflow = createWorkflow({ id: shape.name, inputSchema: anything, outputSchema: anything })
  let before = []
  for (const level of levels) {
    const alone = before.length === 1
    const steps = level.map((stage) => stepOf(stage, alone))
    if (steps.length === 1) workflow.then(steps[0])
    else workflow.parallel(steps)
    before = level
  }
  workflow.commit()
  const names = shape.stages.map((stage) => stage.name)
  return {
    async run() {
      const run = await workflow.createRun()
      const result = await run.start({ inputData: {} })
      if (result.status !== 'success') throw new Error(`the workflow ended ${result.status}`, { cause: result.error })
      return result
    },
    value: (result, index) => result.steps[names[index]].output.value,
  }
}

function stepOf({ name, dependencies }, alone) {
  return createStep({
    id: name,
    inputSchema: anything,
    outputSchema: anything,
    // After one step the input is its output, after a level in parallel an object of outputs by step.
    async execute({ inputData }) {
      let value = 1
      for (let index = 0; index < dependencies.length; index += 1) {
        value += alone ? inputData.value : inputData[dependencies[index]].value
      }
      return { value: bounded(value) }
    },
  })
}

function levelsOf(shape) {
  const depths = []
  const levels = []
  for (const stage of shape.stages) {
    const depth = stage.sources.reduce((deepest, source) => Math.max(deepest, depths[source] + 1), 0)
    depths.push(depth)
    ;(levels[depth] ??= []).push(stage)
  }
  return levels
}
