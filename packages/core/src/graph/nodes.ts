import { MANY_DEPENDENCIES } from '../base/bounds.ts'
import { didYouMean, isObject } from '../base/check.ts'
import { StageflowError, textOf } from '../base/errors.ts'
import { isPlain } from '../base/objects.ts'
import type { Freeze } from '../base/objects.ts'
import { foreignText, hasNoOption, optionProblems, whole } from '../base/options.ts'
import { plainOptions, unknownNames, unknownText } from '../base/options.ts'
import { show } from '../base/show.ts'
import type { Join, PipelineInfo } from '../contract/graph-info.ts'
import { StageKind } from '../contract/output.ts'
import type { OutputSchema } from '../contract/stage.ts'
import type { Need } from '../schedule/plan.ts'
import type { StageEdges } from './edges.ts'
import type { StageNode } from './graph.ts'
import { StageDescription } from './info.ts'
import { CHILD, MadeStage, STAGE_RULES, hasFallback, isStageKind, readStage, withSchema } from './stage.ts'
import type { Building, ChildGraph, Problem, ReadStage, StageSpec } from './stage.ts'

/** Data that all nodes of one build share. */
export interface NodeBuild {
  readonly specs: readonly StageSpec[]
  readonly names: readonly string[]
  readonly edges: readonly StageEdges[]
  readonly dependents: readonly (readonly number[])[]
  readonly pipeline: PipelineInfo
  readonly freeze: Freeze
  readonly problem: Problem
  /** The stage options that interceptors of this build act on. */
  readonly claimed: ReadonlySet<string>
  readonly ignoreOptions: true | readonly string[] | undefined
  readonly child: (given: unknown, stage: string) => ReturnType<Building['child']>
}

/** A stage before interceptors are applied. */
type Bare = Omit<StageNode, 'wrapped' | 'layers' | 'hooks'>
export type BareNode = Omit<Bare, 'alone' | 'uninterruptible' | 'items'> & {
  readonly need: Required<Need>
  readonly items: Bare | undefined
}

export function createNode(build: NodeBuild, index: number): BareNode {
  const spec = build.specs[index] as StageSpec
  const { sources, kinds, ...edges } = build.edges[index] as StageEdges
  const isRead = (_: unknown, place: number): boolean => kinds[place] !== 'gate'
  const joined = kinds.filter((kind) => kind === 'value' || kind === 'stream').length
  const { name } = spec
  const { problem, pipeline } = build
  const read = readCode(build, spec, problem)
  const join = readJoin(spec, joined, problem)
  const options = optionsOf(spec, build.claimed)
  checkOptions(build, spec, options, problem)
  const {
    when,
    onFailure,
    late,
    outputSchema,
    answerSchema,
    placement,
    uninterruptible,
    onItemFailure = 'fail',
  } = options
  const need = { ...needOf(join, joined), late: late === 'abort', uninterruptible: uninterruptible === true }
  const kind = kindOf(spec, read.kind, problem)
  if (kind === StageKind.GUARD && onFailure === 'skip')
    problem(
      'core/illegal-option',
      `Stage "${name}" is a GUARD, so onFailure must not be 'skip'; use { fallback: { … } }.`,
    )
  const child = read.child ?? read.item?.child
  if (child !== undefined && answerSchema !== undefined)
    problem(
      'core/illegal-option',
      `Stage "${name}" has an answerSchema, but the stages of "${child.name}" ask. Give it to those stages.`,
    )
  const forInterceptors = Object.entries(options).filter(([option]) => !spec.own.includes(option))
  const fields = {
    name,
    kind,
    index,
    join,
    conditional: when !== undefined,
    tolerated: onFailure !== undefined,
    streams: read.streams,
    map: read.item !== undefined,
    itemOf: undefined,
    child: read.child?.info,
    placement: placement as string | undefined,
    options: Object.freeze(Object.fromEntries(forInterceptors)),
    pipeline,
  }
  const dependents = build.dependents[index] as readonly number[]
  const neighbors = { names: build.names, dependencies: sources, kinds, dependents }
  const info = new StageDescription(fields, neighbors, read.code)
  const aliases = edges.aliases.filter(isRead)
  const itemNode = ({ body, streams, child, code }: ReadStage): Bare => {
    const ofItem = {
      ...fields,
      conditional: false,
      tolerated: fields.tolerated || onItemFailure !== 'fail',
      streams,
      map: false,
      itemOf: info,
      child: child?.info,
    }
    return {
      ...NO_WAITS,
      made: child !== undefined,
      index: 0,
      name,
      info: new StageDescription(ofItem, neighbors, code),
      body,
      answerSchema: answerSchema as OutputSchema | undefined,
    }
  }
  return {
    made: spec.stage instanceof MadeStage,
    index,
    name,
    info,
    dependencies: sources.filter(isRead),
    aliases,
    kinds: kinds.filter(isRead),
    positions:
      aliases.length > MANY_DEPENDENCIES ? new Map(aliases.map((alias, position) => [alias, position])) : undefined,
    when: when as StageNode['when'],
    onFailure: hasFallback(onFailure)
      ? { fallback: build.freeze(onFailure.fallback) }
      : (onFailure as StageNode['onFailure']),
    body: outputSchema === undefined ? read.body : withSchema(read.body, outputSchema as OutputSchema, name),
    answerSchema: answerSchema as OutputSchema | undefined,
    items: read.item && itemNode(read.item),
    need,
    // At its start a stage that it reads chunks of hasn't settled, and one that it didn't wait for may not have.
    fixesInputs: need.eager || kinds.some((kind) => kind === 'stream' || kind === 'soft'),
  }
}

/** An item starts at once, in a graph in which it is the only stage. */
const NO_WAITS = {
  dependencies: [],
  aliases: [],
  kinds: [],
  positions: undefined,
  fixesInputs: false,
  when: undefined,
  onFailure: undefined,
  alone: false,
  uninterruptible: false,
  items: undefined,
} as const

/** What a stage with `count` dependencies needs of them to start. */
function needOf(join: Join, count: number): Need {
  if (count === 0 || join === 'settled') return { need: 0, eager: false }
  if (typeof join === 'object') return { need: join.quorum, eager: join.quorum < count }
  if (join === 'any') return { need: 1, eager: true }
  return { need: join === 'every' ? count : 1, eager: false }
}

function readCode(build: NodeBuild, { name, stage }: StageSpec, problem: Problem): ReadStage {
  try {
    const child = (given: unknown): ChildGraph | undefined => build.child(given, name)
    if (stage instanceof MadeStage) return stage.make({ stage: name, child, problem })
    const read = readStage(stage, name)
    return isObject(stage) && CHILD in stage ? { ...read, child: child(stage[CHILD]) } : read
  } catch (error) {
    if (StageflowError.is(error)) problem(error.code, error.message, error.cause)
    else problem('core/not-a-stage', `Stage "${name}" cannot be read: ${textOf(error)}`, error)
    return { body: () => {}, streams: false }
  }
}

function kindOf({ name, kind: given }: StageSpec, own: unknown, problem: Problem): StageKind {
  const kind = given === undefined ? (own ?? StageKind.TRANSFORM) : given
  if (!isStageKind(kind)) {
    problem(
      'core/kind',
      `Stage "${name}": its kind must be a StageKind (${Object.keys(StageKind).join(', ')}), not ${show(kind)}.`,
    )
    return StageKind.TRANSFORM
  }
  if (given !== undefined && own !== undefined && given !== own)
    problem('core/kind', `Stage "${name}" has kind "${kind}", but its own kind is ${show(own)}; remove one.`)
  return kind
}

const JOINS: readonly unknown[] = ['all', 'every', 'any', 'settled']

function readJoin({ name, options: { join = 'all' } }: StageSpec, count: number, problem: Problem): Join {
  if (JOINS.includes(join)) return join as Join
  const quorum = isObject(join) ? join['quorum'] : undefined
  const [isLegal, must] = whole(1, count)
  if (quorum === undefined)
    problem('core/join', `Stage "${name}": join must be '${JOINS.join("', '")}' or { quorum: n }, not ${show(join)}.`)
  else if (isLegal(quorum)) return Object.freeze({ quorum: quorum as number })
  else
    problem(
      'core/quorum',
      `Stage "${name}": join.quorum must be ${must}, the number of its dependencies, not ${show(quorum)}.`,
    )
  return 'all'
}

/** The options of a stage, those of interceptors included that it inherits from a class. */
function optionsOf({ options, given }: StageSpec, claimed: ReadonlySet<string>): StageSpec['options'] {
  if (!isObject(given) || isPlain(given)) return options
  const all: object = plainOptions(given, [...claimed])
  return Object.freeze({ ...all, ...options })
}

function checkOptions(build: NodeBuild, spec: StageSpec, options: StageSpec['options'], problem: Problem): void {
  const { name, stage, own, given } = spec
  const known = [...own, ...build.claimed]
  const ignored = build.ignoreOptions ?? []
  const isIgnored = (option: string): boolean => ignored === true || ignored.includes(option)
  const unknown = unknownNames(options, known)
  if (isObject(given) && !unknown.some(isIgnored) && hasNoOption(given, known)) {
    problem('core/illegal-option', `Stage "${name}": ${foreignText('the options', given, known)}.`)
    return
  }
  const rules = stage instanceof MadeStage ? { ...STAGE_RULES, ...stage.rules } : STAGE_RULES
  for (const text of optionProblems(given === undefined || isPlain(given) ? options : given, rules, '', 'any'))
    problem('core/illegal-option', `Stage "${name}": ${text}.`)
  for (const option of unknown) {
    if (!isIgnored(option)) problem('core/unclaimed-option', unclaimed(option, name, known))
  }
}

/** Other words for the dependencies of a stage. */
const DEPENDENCIES = /^(deps?|depend\w*|after|needs|requires)$/i

function unclaimed(option: string, stage: string, known: readonly string[]): string {
  const dependencies = known.includes('after') ? 'after' : 'dependencies'
  const guess = DEPENDENCIES.test(option) ? `did you mean "${dependencies}"?` : didYouMean(option, known)
  const fix =
    option === 'kind'
      ? 'The kind is the third argument: withStage(name, stage, kind, options).'
      : `Correct the name, add the interceptor or edge that claims it, or pass ignoreOptions: ['${option}'].`
  return `Stage "${stage}": ${unknownText('option', option, known, guess)}. ${fix}`
}
