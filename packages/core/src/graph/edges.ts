import { LONGEST_CYCLE, MOST_GUESSES, MOST_STAGES_LISTED } from '../base/bounds.ts'
import { didYouMean, isText } from '../base/check.ts'
import { show, someOf } from '../base/show.ts'
import type { EdgeKind, GivenEdge } from '../contract/edges.ts'
import { findCycles } from '../schedule/plan.ts'
import type { EdgeSpec, Problem, StageSpec } from './stage.ts'

/** Letters, digits and common separators. No dot, because dots separate the parts of event types. */
const LEGAL_NAME = /^(?!__proto__$)[\p{L}\p{N}_\-/:]{1,200}$/u

/** Returns the place of each name. Reports illegal and duplicate names, and leaves them out. */
export function readNames(specs: readonly StageSpec[], problem: Problem): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  specs.forEach(({ name }, place) => {
    if (!isText(name) || !LEGAL_NAME.test(name))
      problem(
        'core/illegal-name',
        `The name of stage ${place + 1} must be 1 to 200 letters, digits or _-/: (and not __proto__), not ${show(name)}.`,
      )
    else if (places.has(name)) problem('core/duplicate-name', `Two stages are named "${name}"; rename one.`)
    else places.set(name, place)
  })
  return places
}

/** The dependencies of one stage, in declared order: their places, the names that they are read under, and what kind of edges they are. */
export interface StageEdges {
  readonly sources: readonly number[]
  readonly aliases: readonly string[]
  readonly kinds: readonly EdgeKind[]
  /** Undefined for a plain dependency. */
  readonly given: readonly (GivenEdge | undefined)[]
}

/** Returns the dependencies of each stage. Reports illegal ones, and leaves them out. */
export function readEdges(
  specs: readonly StageSpec[],
  places: ReadonlyMap<string, number>,
  problem: Problem,
): readonly StageEdges[] {
  let guesses = 0
  let stages: string | undefined
  return specs.map(({ name, edges }, place) => {
    const seen = new Map<number, EdgeSpec>()
    for (const each of edges) {
      const { stage, alias, value } = each
      const source = places.get(stage)
      if (stage === name || source === place)
        problem(
          'core/self-dependency',
          `Stage "${name}" depends on itself; remove that. To loop, use withPipeline(…, { repeat }).`,
        )
      else if (source === undefined) {
        const near = isText(stage) && guesses++ < MOST_GUESSES ? didYouMean(stage, places.keys()) : undefined
        stages ??= someOf([...places.keys()], ', ', MOST_STAGES_LISTED)
        problem(
          'core/unknown-dependency',
          `Stage "${name}" depends on ${show(stage)}, which is not in the pipeline (${near === undefined ? '' : `${near} `}stages: ${stages}). Add it, or correct the name.`,
        )
      } else if (seen.has(source))
        problem('core/duplicate-dependency', `Stage "${name}" depends on "${stage}" twice; remove one.`)
      else {
        seen.set(source, each)
        // A stage of the fluent builder may replace a value of the same name, for example in a test.
        if (value === undefined || value === specs[source] || specs[source]?.isValue !== true) continue
        // If the list has both stages, the duplicate name is reported already.
        if (!specs.includes(value as StageSpec))
          problem(
            'core/other-stage',
            `Stage "${name}" has after.${alias}, another stage "${stage}" than stage ${source + 1}; use one value, or rename one.`,
          )
      }
    }
    const given = [...seen.values()].map(({ edge }) => edge)
    return {
      sources: [...seen.keys()],
      aliases: [...seen.values()].map(({ alias }) => alias),
      kinds: given.map((edge) => edge?.edge ?? 'value'),
      given,
    }
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
      `Dependencies form a cycle of ${names.length}: ${[...shown, names[0]].join(' → ')}; remove one. To loop, use withPipeline(…, { repeat }).`,
    )
  }
}
