import { PGraph } from 'p-graph'
import { bounded } from '../shapes.mjs'

const stageOf =
  ({ sources }) =>
  async (values) => {
    let value = 1
    for (let index = 0; index < sources.length; index += 1) value += values[sources[index]].value
    return { value: bounded(value) }
  }

/**
 * p-graph passes no data between tasks, so the values lie in an array beside it. One run after another may share that
 * array, which is the fastest way; runs at the same time need one each, through the `run` override.
 */
export function build(shape, { concurrent = false } = {}) {
  const edges = shape.stages.flatMap(({ name, dependencies }) => dependencies.map((dependency) => [dependency, name]))
  const bodies = shape.stages.map(stageOf)
  const value = (values, index) => values[index].value
  if (concurrent) {
    const indexOf = new Map(shape.stages.map(({ name }, index) => [name, index]))
    const graph = new PGraph(new Map(shape.stages.map(({ name }) => [name, {}])), edges)
    return { value, run: () => runApart(graph, bodies, indexOf) }
  }
  let values = []
  const nodes = bodies.map((body, index) => async () => {
    values[index] = await body(values)
  })
  const graph = new PGraph(new Map(shape.stages.map(({ name }, index) => [name, { run: nodes[index] }])), edges)
  const run = async () => {
    values = new Array(bodies.length)
    await graph.run()
    return values
  }
  return { run, value }
}

async function runApart(graph, bodies, indexOf) {
  const values = new Array(bodies.length)
  await graph.run({
    run: async (name) => {
      const index = indexOf.get(name)
      values[index] = await bodies[index](values)
    },
  })
  return values
}
