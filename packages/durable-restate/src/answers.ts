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
  const names = [...parts.map((part) => part.split('#', 1)[0] as string), last].map((part) =>
    part.replaceAll('%2F', '/'),
  )
  return item === undefined ? names : [...names, item]
}

/** The requests by their keys, as they are listed for people. */
export const openRequests = (requests: ReadonlyMap<string, unknown>): readonly OpenRequest[] =>
  [...requests].map(([key, request]) => ({ path: pathOf(key), request }))

type Tree = Map<string, string | Tree>

/** The answers by the keys of the calls that asked. Throws `durable-restate/not-waiting` with everything that is wrong. */
export function answersByKey(
  runId: string,
  keys: readonly string[],
  answers: unknown,
): readonly (readonly [key: string, answer: unknown])[] {
  const tree: Tree = new Map()
  for (const key of keys) {
    const path = [...pathOf(key)]
    const last = path.pop() as string
    let at = tree
    for (const name of path) {
      const inner = at.get(name)
      if (inner instanceof Map) at = inner
      else at.set(name, (at = new Map() as Tree))
    }
    at.set(last, key)
  }
  const found: (readonly [string, unknown])[] = []
  const problems = [...match(answers, tree, '', found)]
  if (problems.length === 0) return found
  throw new StageflowError(
    'durable-restate/not-waiting',
    `The run "${runId}" can't take these answers: ${problems.join('; ')}. See what it waits for with client.status(runId).`,
  )
}

function* match(
  answers: unknown,
  tree: Tree,
  path: string,
  found: (readonly [string, unknown])[],
): Generator<string, void> {
  const where = path === '' ? 'it' : `"${path}"`
  const waits =
    tree.size === 0 ? 'waits for nothing' : `waits for ${[...tree.keys()].map((name) => `"${name}"`).join(', ')}`
  const isEmpty = isPlain(answers) && Object.keys(answers).length === 0
  if (!isPlain(answers) || isEmpty)
    return yield `${where} ${waits}, and the answer is ${isEmpty ? 'empty' : show(answers)}; pass an object such as { approve: 'yes' }`
  for (const [name, answer] of Object.entries(answers)) {
    const asked = tree.get(name)
    const inner = path === '' ? name : `${path}/${name}`
    if (asked === undefined) yield `${where} ${waits}, not for "${name}"`
    else if (asked instanceof Map) yield* match(answer, asked, inner, found)
    else found.push([asked, answer])
  }
}
