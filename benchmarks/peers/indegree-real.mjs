import { bounded } from '../shapes.mjs'
import { dependentsOf } from './dependents.mjs'

const stageOf =
  (dependencies) =>
  async ({ results }) => {
    let value = 1
    for (let index = 0; index < dependencies.length; index += 1) value += results.get(dependencies[index]).output.value
    return { value: bounded(value) }
  }

/** What a careful person writes by hand: names, a Map of result records, two clock reads a stage, a signal for the run. */
export function build(shape) {
  const names = shape.stages.map((stage) => stage.name)
  const bodies = shape.stages.map(({ dependencies }) => stageOf(dependencies))
  const counts = shape.stages.map(({ sources }) => sources.length)
  const dependents = dependentsOf(shape)
  const roots = counts.flatMap((count, index) => (count === 0 ? [index] : []))
  const run = () =>
    new Promise((resolve, reject) => {
      const controller = new AbortController()
      const pending = counts.slice()
      const results = new Map()
      const context = { results, signal: controller.signal }
      let left = counts.length
      const fail = (error) => {
        controller.abort(error)
        reject(error)
      }
      const start = (index) => {
        const startedAt = performance.now()
        bodies[index](context).then((output) => {
          const name = names[index]
          results.set(name, { name, status: 'ok', output, startedAt, endedAt: performance.now() })
          left -= 1
          if (left === 0) return resolve(results)
          const released = dependents[index]
          for (let each = 0; each < released.length; each += 1) {
            const dependent = released[each]
            pending[dependent] -= 1
            if (pending[dependent] === 0 && !controller.signal.aborted) start(dependent)
          }
        }, fail)
      }
      for (const root of roots) start(root)
    })
  return { run, value: (results, index) => results.get(names[index]).output.value }
}
