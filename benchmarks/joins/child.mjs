import { engines } from './engines.mjs'
import { graphs } from './graphs.mjs'

// Runs every graph with one engine, and prints what came of it. Its own process: what a library leaves behind touches no other.

const { module, call } = engines.find(({ id }) => id === process.argv[2])
const run = (await import(module))[call]
const results = {}
for (const graph of graphs) results[graph.id] = await resultOf(graph)
process.stdout.write(`\n${JSON.stringify(results)}\n`, () => process.exit())

async function resultOf(graph) {
  const log = []
  try {
    const status = await run(graph, log)
    return { outcome: graph.outcomeOf({ log }), status, log }
  } catch (error) {
    return { outcome: graph.outcomeOf({ log, error }), error: String(error?.message ?? error).slice(0, 200), log }
  }
}
