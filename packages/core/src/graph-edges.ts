import type { Problem } from './compose.ts'
import { quote } from './errors.ts'
import { LONGEST_CYCLE, MOST_GUESSES } from './limits.ts'
import { didYouMean } from './nearest.ts'
import { findCycles } from './plan.ts'
import { isText } from './rules.ts'
import { isValue } from './spec.ts'
import type { StageSpec } from './spec.ts'

/** Letters, digits, and what people put between them; no dot, which separates the parts of an event type. */
const LEGAL_NAME = /^(?!__proto__$)[\p{L}\p{N}_\-/:]{1,200}$/u

/** The place of each name, without those that are illegal or taken. */
export function readNames(specs: readonly StageSpec[], problem: Problem): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  specs.forEach(({ name }, place) => {
    if (name === undefined)
      problem(
        'core/illegal-name',
        `Stage ${place + 1} has no name: give one to withStage, or write name = 'greet' as const in the stage.`,
      )
    else if (!isText(name) || !LEGAL_NAME.test(name))
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
          `Stage "${name}" depends on itself; take that out; a loop is a child pipeline: withPipeline(…, { repeat }).`,
        )
      else if (source === undefined) {
        const near = isText(edge.stage) && guesses++ < MOST_GUESSES ? didYouMean(edge.stage, places.keys()) : undefined
        problem(
          'core/unknown-dependency',
          `Stage "${name}" depends on ${quote(edge.stage)}, which is not in the pipeline.${near ?? ' Add that stage, or correct the name.'}`,
        )
      } else if (seen.has(source))
        problem(
          'core/duplicate-dependency',
          `Stage "${name}" names its dependency "${edge.stage}" twice; once is enough.`,
        )
      else {
        seen.set(source, edge.alias)
        // A stage of the fluent builder stands in for a value by its name, as in a test.
        const { value } = edge
        if (value === undefined || value === specs[source] || !isValue(specs[source] as StageSpec)) continue
        // If it is in the list too, its name is taken twice, which is reported already.
        if (!specs.includes(value as StageSpec))
          problem(
            'core/other-stage',
            `Stage "${name}" comes after a stage "${edge.stage}" (as "${edge.alias}") that is not in the pipeline; stage ${source + 1} is another stage of that name. Use one value in "after" and in the list, or rename one and list both.`,
          )
      }
    }
    return { sources: [...seen.keys()], aliases: [...seen.values()] }
  })
}

/** Reports the cycles. */
export function refuseCycles(
  specs: readonly StageSpec[],
  dependencies: readonly (readonly number[])[],
  dependents: readonly (readonly number[])[],
  problem: Problem,
): void {
  for (const cycle of findCycles(dependencies, dependents)) {
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
}
