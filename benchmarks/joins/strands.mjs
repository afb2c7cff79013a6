import { Graph, Node } from '@strands-agents/sdk/multiagent'
import { codeOf } from './graphs.mjs'

class CodeNode extends Node {
  constructor(stage, log) {
    super(stage.name, {})
    this.code = codeOf(stage, log)
  }

  async *handle() {
    await this.code()
    return {}
  }
}

/** Plain edges. The edge to a branch that is not taken has a handler that says no. */
export async function run({ stages }, log) {
  const graph = new Graph({
    nodes: stages.map((stage) => new CodeNode(stage, log)),
    edges: stages.flatMap(({ name, after, taken = true }) =>
      after.map((before) => ({ source: before, target: name, handler: () => taken })),
    ),
  })
  const { status, error } = await graph.invoke('Where is my order?')
  if (error !== undefined) throw error
  return status
}
