import { auto } from 'async'
import { bounded } from '../shapes.mjs'

const stageOf = (dependencies) =>
  dependencies.length === 0
    ? async () => ({ value: 1 })
    : async (results) => {
        let value = 1
        for (let index = 0; index < dependencies.length; index += 1) value += results[dependencies[index]].value
        return { value: bounded(value) }
      }

export function build(shape) {
  const names = shape.stages.map((stage) => stage.name)
  const tasks = Object.fromEntries(
    shape.stages.map(({ name, dependencies }) => [name, [...dependencies, stageOf(dependencies)]]),
  )
  return { run: () => auto(tasks), value: (results, index) => results[names[index]].value }
}
