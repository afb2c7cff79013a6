import { changesOf, weakVariablesOf } from './mutable-state.mjs'
import { parse } from '../lib/syntax.mjs'
import { conclude, readPackages, readSources } from '../lib/workspace.mjs'

// A module keeps no state. Every run of the process would share it, and it would keep the data of the last user alive.
// State belongs to an object that the app creates: a run, a graph, an interceptor, a sink.

/** The exceptions, by package and variable, each with its reason. */
const ALLOWED = {
  '@stageflow/core': { processWide: 'setEventSink() sets the sink of the whole process.' },
}

/** Every module-level state of the packages at `root`, and every exception without a use. */
export function checkModuleState(root, allowed = ALLOWED) {
  return readPackages(root).flatMap(({ folder, manifest }) => {
    const exceptions = Object.keys(allowed[manifest.name] ?? {})
    const changes = changesIn(root, folder)
    const unused = exceptions.filter((name) => !changes.some((change) => change.name === name))
    return [
      ...changes.filter(({ name }) => !exceptions.includes(name)).map(({ problem }) => problem),
      ...unused.map(
        (name) => `${folder}: nothing changes "${name}". Remove it from ALLOWED in scripts/check/module-state.mjs.`,
      ),
    ]
  })
}

function changesIn(root, folder) {
  const sources = readSources(root, folder).map(({ file, text }) => ({ file, text, program: parse(file, text) }))
  const weak = new Set(sources.flatMap(({ program }) => weakVariablesOf(program)))
  return sources.flatMap(({ file, text, program }) =>
    changesOf(program, weak).map(({ name, node }) => {
      const place = `${file}:${text.slice(0, node.start).split('\n').length}`
      const advice = 'Keep it in an object that the app creates, such as a run or an interceptor.'
      return { name, problem: `${place} changes "${name}", a variable of the module, inside a function. ${advice}` }
    }),
  )
}

function summaryOf(root) {
  const names = Object.values(ALLOWED).flatMap((each) => Object.keys(each))
  return `no module keeps state in ${readPackages(root).length} packages, except ${names.join(', ')}`
}

if (import.meta.main) {
  const root = process.argv[2] ?? process.cwd()
  conclude(checkModuleState(root), summaryOf(root))
}
