import { bounded } from '../shapes.mjs'
import { dependentsOf } from './dependents.mjs'

const stageOf =
  (dependencies) =>
  async ({ results }) => {
    let value = 1
    for (let index = 0; index < dependencies.length; index += 1) value += results.get(dependencies[index]).output.value
    return { value: bounded(value) }
  }

/**
 * As `indegree-real`, with something done by hand around every run and stage. `watch(shape)` is called for each run. It returns
 * the functions that call its stages, and that learn of their ends and of the end of the run.
 */
export function buildWatched(shape, watch) {
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
      const watcher = watch(shape)
      let left = counts.length
      const fail = (error) => {
        controller.abort(error)
        reject(error)
      }
      const start = (index) => {
        const startedAt = performance.now()
        const name = names[index]
        const watched = watcher.begin(name, startedAt)
        watcher.call(watched, bodies[index], context).then((output) => {
          const record = { name, status: 'ok', output, startedAt, endedAt: performance.now() }
          results.set(name, record)
          watcher.end(watched, record)
          left -= 1
          if (left === 0) {
            watcher.over(record.endedAt)
            return resolve(results)
          }
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
