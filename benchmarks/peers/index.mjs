import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { folder } from '../places.mjs'

// Only names here: a peer's package is loaded by the child that measures it, so that listing them needs no install.
const noDag = (shape) => (shape.startsWith('random') ? 'no arbitrary graph' : undefined)

// What the default interceptors cost is told of these two.
const notDefaults = (shape) => (['chat', 'chain100'].includes(shape) ? undefined : 'not measured')

// `rounds`: the slowest peers are measured less often.
export const peers = [
  { id: 'core', title: 'Stageflow, bare', file: 'core', ours: true },
  { id: 'coreSync', title: 'Stageflow, synchronous stages', file: 'core-sync', ours: true, variant: true },
  { id: 'coreWraps', title: 'Stageflow + 7 empty `wrap`s', file: 'core-wraps', ours: true, variant: true },
  { id: 'coreObservers', title: 'Stageflow + 3 empty observers', file: 'core-observers', ours: true, variant: true },
  {
    id: 'defaults',
    title: 'Stageflow + the 7 defaults',
    file: 'defaults',
    ours: true,
    variant: true,
    cannot: notDefaults,
    warmMs: 3_000,
  },
  {
    id: 'defaultsContext',
    title: 'Stageflow + the 7 defaults, AsyncLocalStorage',
    file: 'defaults-context',
    ours: true,
    variant: true,
    cannot: notDefaults,
    warmMs: 3_000,
  },
  {
    id: 'defaultsObserved',
    title: 'Stageflow + the 7 defaults, 2 log lines and a span a stage',
    file: 'defaults-observed',
    ours: true,
    variant: true,
    cannot: notDefaults,
    warmMs: 3_000,
  },
  { id: 'indegree', title: 'by hand: in-degree, minimal', file: 'indegree', floor: true },
  { id: 'indegreeReal', title: 'by hand: in-degree with records', file: 'indegree-real', floor: true },
  { id: 'promise', title: 'by hand: `Promise.all`', file: 'promise-all', floor: true },
  {
    id: 'indegreeContext',
    title: 'by hand: with records, AsyncLocalStorage',
    file: 'indegree-context',
    floor: true,
    cannot: notDefaults,
    warmMs: 3_000,
  },
  {
    id: 'indegreeObserved',
    title: 'by hand: with records, 2 log lines and a span a stage',
    file: 'indegree-observed',
    floor: true,
    cannot: notDefaults,
    warmMs: 3_000,
  },
  { id: 'pgraph', title: 'p-graph', file: 'p-graph', packages: ['p-graph'] },
  { id: 'asyncauto', title: 'async.auto', file: 'async-auto', packages: ['async'] },
  { id: 'rxjs', title: 'RxJS', file: 'rxjs', packages: ['rxjs'] },
  { id: 'effect', title: 'Effect', file: 'effect', packages: ['effect'] },
  { id: 'mastra', title: 'Mastra workflow', file: 'mastra', packages: ['@mastra/core'], rounds: 2, cannot: noDag },
  {
    id: 'langgraph',
    title: 'LangGraph.js',
    file: 'langgraph',
    packages: ['@langchain/langgraph', '@langchain/core'],
    rounds: 2,
  },
]

export const peerIds = peers.map((peer) => peer.id)

export const peerOf = (id) => peers.find((peer) => peer.id === id)

export const rivals = peers.filter((peer) => peer.packages !== undefined)

export function versionOf(name) {
  return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version
}
