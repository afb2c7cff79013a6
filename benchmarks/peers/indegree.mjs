import { bounded } from '../shapes.mjs'
import { dependentsOf } from './dependents.mjs'

const stageOf = (sources) => async (values) => {
  let value = 1
  for (let index = 0; index < sources.length; index += 1) value += values[sources[index]].value
  return { value: bounded(value) }
}

/** The least that a scheduler can do: counters, an array of values, one `then` a stage; no names, records, clock or signal. */
export function build(shape) {
  const bodies = shape.stages.map(({ sources }) => stageOf(sources))
  const counts = shape.stages.map(({ sources }) => sources.length)
  const dependents = dependentsOf(shape)
  const roots = counts.flatMap((count, index) => (count === 0 ? [index] : []))
  const run = () =>
    new Promise((resolve, reject) => {
      const pending = counts.slice()
      const values = new Array(counts.length)
      let left = counts.length
      const start = (index) => {
        bodies[index](values).then((value) => {
          values[index] = value
          left -= 1
          if (left === 0) return resolve(values)
          const released = dependents[index]
          for (let each = 0; each < released.length; each += 1) {
            const dependent = released[each]
            pending[dependent] -= 1
            if (pending[dependent] === 0) start(dependent)
          }
        }, reject)
      }
      for (const root of roots) start(root)
    })
  return { run, value: (values, index) => values[index].value }
}
