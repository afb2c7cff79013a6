import { StageflowError } from '@stageflow/core'
import type { OpenRequest } from '@stageflow/core/durable'
import { isPlain, show } from '@stageflow/core/kit'

/** The last part of a key: the stage, the item of a map, and how often it has asked before. */
const LAST = /^([^#@]+)(?:#(\d+))?(?:@\d+)?$/

/** The keys of an answer, from the outermost, for the key of a call: `kid/letters#2` asks for `{ kid: { letters: { 2: … } } }`. */
export function pathOf(key: string): readonly string[] {
  const parts = key.split('/')
  const [, last = '', item] = LAST.exec(parts.pop() as string) ?? []
  // Answers don't name the attempt of a repeated child pipeline.
  const around = parts.map((part) => part.split('#', 1)[0] as string)
  const names = [...around, last].map((part) => part.replaceAll('%2F', '/'))
  return item === undefined ? names : [...names, item]
}

/** The requests by their keys, as they are listed for people. */
export const openRequests = (requests: ReadonlyMap<string, unknown>): readonly OpenRequest[] =>
  [...requests].map(([key, request]) => ({ path: pathOf(key), request }))

/** The keys of the calls that wait, by the names of their answers. */
type Tree = Map<string, string | Tree>

/** The answers by the keys of the calls that asked. Throws `durable-restate/not-waiting` with everything that is wrong. */
export function answersByKey(
  runId: string,
  keys: readonly string[],
  answers: unknown,
): readonly (readonly [key: string, answer: unknown])[] {
  const matches = [...matchAll(treeOf(keys), answers, '')]
  const problems = matches.flatMap((match) => ('problem' in match ? [match.problem] : []))
  if (problems.length === 0) return matches.flatMap((match) => ('key' in match ? [[match.key, match.answer]] : []))
  throw new StageflowError(
    'durable-restate/not-waiting',
    `The run "${runId}" can't take these answers: ${problems.join('; ')}. See what it waits for with client.status(runId).`,
  )
}

function treeOf(keys: readonly string[]): Tree {
  const root: Tree = new Map()
  for (const key of keys) {
    const path = [...pathOf(key)]
    const name = path.pop() as string
    path.reduce(subtree, root).set(name, key)
  }
  return root
}

/** The tree below a name. Creates it, also in the place of a key. */
function subtree(parent: Tree, name: string): Tree {
  const known = parent.get(name)
  if (known instanceof Map) return known
  const created: Tree = new Map()
  parent.set(name, created)
  return created
}

type Match = { readonly key: string; readonly answer: unknown } | { readonly problem: string }

/** Finds the call for each of the answers. `path`: the names around them, such as `kid/letters`; empty for the run. */
function* matchAll(tree: Tree, answers: unknown, path: string): Generator<Match, void> {
  const where = path === '' ? 'it' : `"${path}"`
  const names = [...tree.keys()].map((name) => `"${name}"`)
  const waits = `waits for ${names.length === 0 ? 'nothing' : names.join(', ')}`
  const given = isPlain(answers) ? Object.entries(answers) : []
  if (given.length === 0) {
    const shown = isPlain(answers) ? 'empty' : show(answers)
    const problem = `${where} ${waits}, and the answer is ${shown}; pass an object such as { approve: 'yes' }`
    return yield { problem }
  }
  for (const [name, answer] of given) {
    const asked = tree.get(name)
    if (asked === undefined) yield { problem: `${where} ${waits}, not for "${name}"` }
    else if (asked instanceof Map) yield* matchAll(asked, answer, path === '' ? name : `${path}/${name}`)
    else yield { key: asked, answer }
  }
}
