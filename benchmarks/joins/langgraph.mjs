import { Annotation, END, START, StateGraph } from '@langchain/langgraph'
import { branchesOf, codeOf } from './graphs.mjs'

const State = Annotation.Root({ question: Annotation() })

/** `joinEdge`: one edge from all branches to the join. Otherwise one edge from each. `defer`: an option of the join. */
async function runWith({ joinEdge, defer }, graph, log) {
  const builder = new StateGraph(State)
  for (const stage of graph.stages)
    builder.addNode(
      stage.name,
      async () => {
        await codeOf(stage, log)()
        return {}
      },
      { defer: defer && stage.name === 'answer' },
    )
  const branches = branchesOf(graph)
  const chosen = branches.filter(({ taken }) => taken).map(({ name }) => name)
  builder.addConditionalEdges(
    'classify',
    () => chosen,
    branches.map(({ name }) => name),
  )
  for (const { name, after, taken } of graph.stages) {
    if (after.length === 0) builder.addEdge(START, name)
    else if (taken === undefined && after.length > 1 && joinEdge) builder.addEdge(after, name)
    else if (taken === undefined) for (const before of after) builder.addEdge(before, name)
  }
  builder.addEdge('answer', END)
  await builder.compile().invoke({ question: 'Where is my order?' })
}

export const joinEdge = (...given) => runWith({ joinEdge: true, defer: false }, ...given)
export const plainEdges = (...given) => runWith({ joinEdge: false, defer: false }, ...given)
export const deferred = (...given) => runWith({ joinEdge: false, defer: true }, ...given)
