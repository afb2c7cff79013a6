import type { Problem } from './compose.ts'
import { quote } from './errors.ts'
import { nearest } from './nearest.ts'
import { findCycles } from './plan.ts'
import type { StageSpec } from './spec.ts'

/** Letters, digits, and what people put between them; no dot, which separates the parts of an event type. */
const LEGAL_NAME = /^[\p{L}\p{N}_\-/:]{1,200}$/u
/** Enough to see what is wrong; looking for likely names among very many stages is slow. */
const MOST_GUESSES = 20
const LONGEST_CYCLE = 12

/** The place of each name, without those that are illegal or taken. */
export function readNames(specs: readonly StageSpec[], problem: Problem): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  specs.forEach(({ name }, place) => {
    if (name === undefined)
      problem(
        'core/illegal-name',
        `Stage ${place + 1} has no name: give one to withStage, or write name = 'greet' as const in the stage.`,
      )
    else if (typeof name !== 'string' || !LEGAL_NAME.test(name) || name === '__proto__')
      problem(
        'core/illegal-name',
        `Stage ${place + 1} is named ${quote(name)}; a name is up to 200 letters, digits, "_", "-", "/" and ":", and not "__proto__".`,
      )
    else if (places.has(name))
      problem(
        'core/duplicate-name',
        `Two stages are named "${name}" (stages ${(places.get(name) as number) + 1} and ${place + 1}); rename one.`,
      )
    else places.set(name, place)
  })
  return places
}

/** The dependencies of one stage: their places, and the names that they are read under. */
export interface Edges {
  readonly sources: readonly number[]
  readonly aliases: readonly string[]
}

/** The dependencies of each stage; those that are wrong are reported and left out. */
export function readEdges(
  specs: readonly StageSpec[],
  places: ReadonlyMap<string, number>,
  problem: Problem,
): readonly Edges[] {
  let guesses = 0
  return specs.map(({ name, edges }, place) => {
    const seen = new Map<number, string>()
    for (const edge of edges) {
      const source = places.get(edge.stage)
      if (edge.stage === name || source === place)
        problem(
          'core/self-dependency',
          `Stage "${name}" depends on itself; take it out of its dependencies, or repeat it as a child: withPipeline(…, { repeat }).`,
        )
      else if (source === undefined) {
        const near =
          typeof edge.stage === 'string' && guesses++ < MOST_GUESSES ? nearest(edge.stage, places.keys()) : undefined
        problem(
          'core/unknown-dependency',
          `Stage "${name}" depends on ${quote(edge.stage)}, which is not in the pipeline.${near === undefined ? ' Add that stage, or correct the name.' : ` Did you mean "${near}"?`}`,
        )
      } else if (seen.has(source))
        problem(
          'core/duplicate-dependency',
          `Stage "${name}" names its dependency "${edge.stage}" twice; once is enough.`,
        )
      else seen.set(source, edge.alias)
    }
    return { sources: [...seen.keys()], aliases: [...seen.values()] }
  })
}

/** Reports the cycles; true when there is none. */
export function refuseCycles(
  specs: readonly StageSpec[],
  dependencies: readonly (readonly number[])[],
  problem: Problem,
): boolean {
  const cycles = findCycles(dependencies)
  for (const cycle of cycles) {
    const names = cycle.map((place) => `"${specs[place]?.name}"`)
    const shown =
      names.length > LONGEST_CYCLE
        ? [...names.slice(0, LONGEST_CYCLE - 2), `… ${names.length - LONGEST_CYCLE + 1} more …`, names.at(-1)]
        : names
    problem(
      'core/cycle',
      `The dependencies go round in a cycle of ${names.length}: ${[...shown, names[0]].join(' → ')}. Take one of them out; a loop is a child pipeline: withPipeline(…, { repeat }).`,
    )
  }
  return cycles.length === 0
}
