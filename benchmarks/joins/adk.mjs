import { Edge, FunctionNode, InMemoryRunner, JoinNode, LogLevel, START, Workflow, setLogLevel } from '@google/adk'
import { branchesOf, codeOf } from './graphs.mjs'

setLogLevel(LogLevel.ERROR)

/** `joinNode`: a `JoinNode` before the join. Otherwise an edge from each branch to it. */
async function runWith({ joinNode }, graph, log) {
  const chosen = branchesOf(graph)
    .filter(({ taken }) => taken)
    .map(({ name }) => name)
  const nodes = new Map(
    graph.stages.map((stage) => [
      stage.name,
      new FunctionNode(stage.name, async (context) => {
        await codeOf(stage, log)()
        if (stage.name === 'classify') context.route = chosen
        if (stage.name === 'answer') return stage.name // only one last node may have an output
      }),
    ]),
  )
  const edges = graph.stages.flatMap(({ name, after, taken }) => {
    const node = nodes.get(name)
    if (after.length === 0) return [new Edge(START, node)]
    const route = taken === undefined ? null : name
    if (after.length === 1 || !joinNode) return after.map((before) => new Edge(nodes.get(before), node, route))
    const join = new JoinNode({ name: `join_${name}` })
    return [...after.map((before) => new Edge(nodes.get(before), join)), new Edge(join, node)]
  })
  const runner = new InMemoryRunner({ agent: new Workflow({ name: 'support', edges }) })
  const newMessage = { role: 'user', parts: [{ text: 'Where is my order?' }] }
  for await (const event of runner.runEphemeral({ userId: 'ada', newMessage }))
    if (event.errorCode !== undefined) throw new Error(`${event.errorCode}: ${event.errorMessage}`)
}

export const joinNode = (...given) => runWith({ joinNode: true }, ...given)
export const plainEdges = (...given) => runWith({ joinNode: false }, ...given)
