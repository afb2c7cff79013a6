import { readFileSync } from 'node:fs'
import { join } from 'node:path'

// Only names here: an engine is loaded by the child that runs it. `call`: the function of its module.

const folder = import.meta.dirname
const core = join(folder, '../../packages/core/package.json')
const langgraph = ['@langchain/langgraph']
const adk = ['@google/adk']

export const engines = [
  {
    id: 'stageflow',
    title: 'Stageflow',
    join: 'plain dependencies',
    module: './stageflow.mjs',
    call: 'run',
    packages: [],
  },
  {
    id: 'langgraphJoin',
    title: 'LangGraph.js',
    join: 'one edge from all',
    module: './langgraph.mjs',
    call: 'joinEdge',
    packages: langgraph,
  },
  {
    id: 'langgraphPlain',
    title: 'LangGraph.js',
    join: 'an edge from each',
    module: './langgraph.mjs',
    call: 'plainEdges',
    packages: langgraph,
  },
  {
    id: 'langgraphDefer',
    title: 'LangGraph.js',
    join: 'an edge from each, `defer: true`',
    module: './langgraph.mjs',
    call: 'deferred',
    packages: langgraph,
  },
  { id: 'adkJoin', title: 'ADK', join: '`JoinNode`', module: './adk.mjs', call: 'joinNode', packages: adk },
  { id: 'adkPlain', title: 'ADK', join: 'an edge from each', module: './adk.mjs', call: 'plainEdges', packages: adk },
  {
    id: 'strands',
    title: 'Strands',
    join: 'an edge from each',
    module: './strands.mjs',
    call: 'run',
    packages: ['@strands-agents/sdk'],
  },
]

export function versionOf({ packages }) {
  const [name] = packages
  const manifest = name === undefined ? core : join(folder, 'node_modules', name, 'package.json')
  const { name: found, version } = JSON.parse(readFileSync(manifest, 'utf8'))
  return `${found} ${version}`
}
