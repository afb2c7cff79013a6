import { bounded } from '../shapes.mjs'

// Run with STAGEFLOW_CORE set by the runner: the built dist unless the caller named another entry.
const { Pipeline } = await import(process.env.STAGEFLOW_CORE)

const add = (dependencies, context) => {
  let value = 1
  for (let index = 0; index < dependencies.length; index += 1) value += context.inputs.from(dependencies[index]).value
  return { value: bounded(value) }
}

const asyncStage = (dependencies) => async (context) => add(dependencies, context)
const syncStage = (dependencies) => (context) => add(dependencies, context)

/** The fluent door: what a reader of the guide writes. */
export function buildCore(shape, { sync = false, interceptors = [], runOptions } = {}) {
  let pipeline = new Pipeline(shape.name)
  for (const { name, dependencies } of shape.stages) {
    const stage = sync ? syncStage(dependencies) : asyncStage(dependencies)
    pipeline = pipeline.withStage(name, stage, { dependencies })
  }
  const graph = pipeline.build({ interceptors })
  const names = shape.stages.map((stage) => stage.name)
  return {
    run: () => graph.run({}, runOptions),
    value: (result, index) => result.data[names[index]].value,
  }
}
