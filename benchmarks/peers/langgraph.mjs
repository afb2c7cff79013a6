import { Annotation, END, START, StateGraph } from '@langchain/langgraph'
import { bounded } from '../shapes.mjs'

/**
 * The cheapest state that it has: one channel, whose reducer writes into the same object (its default would copy what
 * every stage wrote). The graph runs in supersteps, level by level.
 */
const State = Annotation.Root({
  values: Annotation({ reducer: (all, added) => Object.assign(all, added), default: () => ({}) }),
})

const stageOf =
  (name, dependencies) =>
  async ({ values }) => {
    let value = 1
    for (let index = 0; index < dependencies.length; index += 1) value += values[dependencies[index]].value
    return { values: { [name]: { value: bounded(value) } } }
  }

export function build(shape) {
  const graph = new StateGraph(State)
  const read = new Set(shape.stages.flatMap(({ dependencies }) => dependencies))
  for (const { name, dependencies } of shape.stages) graph.addNode(name, stageOf(name, dependencies))
  for (const { name, dependencies } of shape.stages) {
    if (dependencies.length === 0) graph.addEdge(START, name)
    else graph.addEdge(dependencies.length === 1 ? dependencies[0] : dependencies, name)
    if (!read.has(name)) graph.addEdge(name, END)
  }
  const compiled = graph.compile()
  const names = shape.stages.map((stage) => stage.name)
  const options = { recursionLimit: names.length + 10 }
  return {
    run: () => compiled.invoke({ values: {} }, options),
    value: (state, index) => state.values[names[index]].value,
  }
}
