import { bounded } from '../shapes.mjs'

const add = (inputs) => {
  let value = 1
  for (let index = 0; index < inputs.length; index += 1) value += inputs[index].value
  return { value: bounded(value) }
}

/** One promise a stage, each waiting with `Promise.all` for those that it reads; the graph is made again by every run. */
export function build(shape) {
  const sourcesOf = shape.stages.map(({ sources }) => sources)
  const bodies = shape.stages.map(() => async (inputs) => add(inputs))
  const run = () => {
    const promises = []
    for (let index = 0; index < bodies.length; index += 1) {
      const sources = sourcesOf[index]
      promises.push(
        sources.length === 0
          ? bodies[index]([])
          : Promise.all(sources.map((source) => promises[source])).then(bodies[index]),
      )
    }
    return Promise.all(promises)
  }
  return { run, value: (values, index) => values[index].value }
}
