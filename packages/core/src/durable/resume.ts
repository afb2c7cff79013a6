import { isArray, isObject } from '../base/check.ts'
import { StageflowError, quote } from '../base/errors.ts'
import { RESUME } from '../contract/results.ts'
import type { SuspendOutput } from '../contract/output.ts'
import type { PipelineResult } from '../contract/results.ts'
import type { RunArguments, StageGraph } from '../pipeline/stage-graph.ts'
import { EarlierLegs, itemsIn, suspendedChild } from './earlier-legs.ts'
import type { SuspendedRun } from './earlier-legs.ts'

/**
 * Continues a suspended run in a new leg. `answers` has an answer for at least one suspended stage; a stage without an answer
 * stays suspended. Settles like `graph.run`, and rejects with `core/resume` if the run or an answer doesn't fit the graph.
 */
export async function resume<Stages, Ports>(
  graph: StageGraph<Stages, Ports>,
  suspended: SuspendedRun,
  answers: { readonly [Name in keyof Stages]?: unknown },
  ...[options]: RunArguments<Ports>
): Promise<PipelineResult<Stages>> {
  const problem = problemWith(graph, suspended) ?? wrongAnswer(suspended, answers, suspended.children)
  if (problem !== undefined)
    throw new StageflowError('core/resume', `A run of "${graph.name}" cannot be resumed: ${problem}.`)
  const given: object = { ...options, [RESUME]: new EarlierLegs(suspended, answers) }
  return (graph as StageGraph<Stages, {}>).run(suspended.snapshot, given)
}

function problemWith(
  { name, info }: Pick<StageGraph<unknown, unknown>, 'name' | 'info'>,
  run: SuspendedRun,
): string | undefined {
  const { status, report, outputs } = isObject(run) ? run : ({} as Partial<SuspendedRun>)
  if (status !== 'suspended') return `its status is ${quote(status)}; pass the result of a run that is suspended`
  if (report?.pipeline !== name) return `it is a run of "${report?.pipeline}"`
  const names = info.stages.map((stage) => stage.name)
  const unknown = Object.keys(outputs ?? {}).filter((stage) => !names.includes(stage))
  return unknown.length > 0 ? `the graph has no stage "${unknown.join('", "')}", which had settled` : undefined
}

interface Asked {
  readonly requests: object
  readonly outputs: object
}

/** What is wrong with the answers to some requests, also inside child runs and maps. `path`: where they are. */
function wrongAnswer(
  asked: Asked,
  answers: unknown,
  children: SuspendedRun['children'],
  path = '',
): string | undefined {
  const where = path === '' ? 'the run' : `"${path}"`
  const names = Object.keys(asked.requests).map((name) => `"${name}"`)
  const waiting = `${where} waits for ${names.join(', ')}`
  if (!isObject(answers) || Object.keys(answers).length === 0)
    return `the answer for ${where} is ${quote(answers)}, but ${waiting}; pass an object with an answer for one of them`
  for (const [name, answer] of Object.entries(answers)) {
    if (!Object.hasOwn(asked.requests, name)) return `it has an answer for "${name}", but ${waiting}`
    const inside = path === '' ? name : path + (isArray(asked.outputs) ? `#${name}` : `/${name}`)
    const output = (asked.outputs as Readonly<Record<string, SuspendOutput>>)[name] as SuspendOutput
    const more = askedInside(output, children, inside)
    const wrong = more && wrongAnswer(more, answer, children, more.path)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

/** The requests that the request of a stage consists of: those of its items or of its child run. */
function askedInside(
  { request, state }: SuspendOutput,
  children: SuspendedRun['children'],
  path: string,
): (Asked & { readonly path: string }) | undefined {
  const items = itemsIn(state)
  if (items !== undefined) return { requests: request as object, outputs: items, path }
  const { attempt } = (state ?? {}) as { readonly attempt?: number }
  for (const inside of [path, `${path}#${attempt}`]) {
    const child = suspendedChild(children, inside)
    // Code can also suspend with a request of its own, beside a child run.
    if (child !== undefined && JSON.stringify(child.requests) === JSON.stringify(request))
      return { ...only(child), path: inside }
  }
  return undefined
}

const only = ({ requests, outputs }: SuspendedRun): Asked => ({ requests, outputs })
