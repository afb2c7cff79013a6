import {
  bindings,
  calleeOf,
  callSitesOf,
  constOf,
  hasWords,
  helperOf,
  isFunction,
  nameOf,
  parameterName,
  readProgram,
  render,
  returnOf,
  UNKNOWN,
  valueOf,
} from './expression-text.mjs'
import { walk } from '../lib/syntax.mjs'

// Reads the message of each error code from the sources: the words stay, and `…` stands for what is only known at run time.
// So a message on the page can't differ from the code.

const NO_RULE = `${UNKNOWN} must be ${UNKNOWN}, not ${UNKNOWN}`

/**
 * The messages of the codes of one package. A code whose message is the text of a foreign error has the message `…`.
 * `kit`: the sources that define shared rules of options.
 */
export function messagesIn(sources, codes, kit = []) {
  const shared = kit.filter(({ file }) => sources.every((each) => each.file !== file))
  const program = readProgram([...shared, ...sources])
  const messages = new Map([...codes].map((code) => [code, new Set()]))
  for (const file of program.files.slice(shared.length)) {
    for (const node of file.nodes) {
      const code = codeOf(program, node)
      if (!messages.has(code)) continue
      for (const message of messagesBeside(program, node)) messages.get(code).add(message)
    }
  }
  return new Map([...messages].map(([code, all]) => [code, mostTelling([...all])]))
}

/** Without the messages that say less than another one of the same code. */
function mostTelling(messages) {
  const ofRules = messages.filter((each) => !each.includes(NO_RULE))
  const some = ofRules.length > 0 ? ofRules : messages
  return some.some(hasWords) ? some.filter(hasWords) : some
}

/** The code that a node stands for: a string, or a const that has one. */
function codeOf(program, node) {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined
  if (node.type !== 'Identifier' || program.parents.get(node).type === 'VariableDeclarator') return undefined
  const value = constOf(program, node)
  return value?.type === 'Literal' ? value.value : undefined
}

/** The messages that stand beside a code: the next argument, or the `message` of the same object. */
function messagesBeside(program, code) {
  let node = code
  while (['LogicalExpression', 'ConditionalExpression'].includes(program.parents.get(node).type))
    node = program.parents.get(node)
  const parent = program.parents.get(node)
  if (parent.type === 'Property' && nameOf(parent.key) === 'code')
    return fromObject(program, program.parents.get(parent))
  const index = parent.arguments?.indexOf(node) ?? -1
  if (index < 0 || parent.callee.property?.name === 'is') return []
  if (index === 1 && OPTION_CHECKS.has(calleeOf(parent))) return [ofOptions(program, parent)]
  return index + 1 < parent.arguments.length ? fromCall(program, parent, index) : []
}

/** The message of a call `make(code, message)`. If `make` is a helper of the package, it may put words around the message. */
function fromCall(program, call, index) {
  const made = helperOf(program, call)
  const inner = made === undefined ? undefined : messageOf(program, made, parameterName(made.params[index]))
  if (inner !== undefined) return [tidy(render(program, inner, bindings(made, call, new Map())))]
  return variants(program, call.arguments[index + 1])
}

/** What stands after the name of a code in a call within a function or file. */
function messageOf(program, within, name) {
  let found
  walk(within, (node) => {
    const index = node.arguments?.findIndex((each) => each.type === 'Identifier' && each.name === name) ?? -1
    if (index >= 0) found ??= node.arguments[index + 1]
  })
  return found
}

/** The message of an object with a code: its `message`, a function that returns one, or the place that is given its parts. */
function fromObject(program, object) {
  const parts = new Map(object.properties.map(({ key, value }) => [nameOf(key), { node: value, bound: new Map() }]))
  if (parts.has('message')) return variants(program, parts.get('message').node)
  const makers = [...parts.values()].filter(({ node }) => isFunction(node) && returnOf(node) !== undefined)
  const texts = makers.map(({ node }) => tidy(render(program, returnOf(node)))).filter(hasWords)
  if (texts.length > 0) return texts
  const message = messageOf(program, program.fileOf.get(object).root, 'code')
  return message === undefined ? [] : [tidy(render(program, message, parts))]
}

/** The message of each call site of the helper that makes the error, if it gets the message as a parameter. */
function variants(program, node) {
  const sites = node.type === 'Identifier' ? callSitesOf(program, node) : []
  if (sites.length === 0) return [tidy(render(program, node))]
  return sites.map((site) => tidy(render(program, site)))
}

const tidy = (text) =>
  text
    .replace(/\s*\n\s*-?\s*/g, ' ')
    .replace(/…[…\s]*…/g, UNKNOWN)
    .trim()

// -- the message of the kit's checks of options --

const OPTION_CHECKS = new Set(['checkOptions', 'refuseOptions', 'checkWait'])

function ofOptions(program, call) {
  const [where, , options, rules] = call.arguments
  const [, around, path] = rules === undefined ? checkAround(program, call) : [options, rules]
  const rule = around === undefined ? undefined : firstRule(program, around, path)
  const problem = rule ?? (options?.type === 'ArrayExpression' ? firstProblem(program, options) : undefined)
  return tidy(`${render(program, where)}: ${problem ?? NO_RULE}.`)
}

/** What the function around a call of `refuseOptions` passes to `optionProblems`: options, rules, and the path to them. */
function checkAround(program, call) {
  let around = call
  while (program.parents.get(around) !== undefined && !isFunction(around)) around = program.parents.get(around)
  let given = []
  walk(around, (node) => {
    if (calleeOf(node) === 'optionProblems' && given.length === 0) given = node.arguments
  })
  return given
}

/** What the first rule demands that can be read from the source: `attempts must be a whole number from 1, not …`. */
function firstRule(program, node, path) {
  const rules = valueOf(program, node)
  if (rules?.type !== 'ObjectExpression') return undefined
  for (const { key, value } of rules.properties) {
    const must = key === undefined ? UNKNOWN : mustOf(program, value)
    if (hasWords(must) && !must.startsWith(UNKNOWN))
      return `${path === undefined ? '' : render(program, path)}${nameOf(key)} must be ${must}, not ${UNKNOWN}`
  }
  return undefined
}

function mustOf(program, node) {
  const rule = valueOf(program, node)
  if (rule?.type === 'ArrayExpression' && rule.elements.length === 2) return render(program, rule.elements[1])
  const made = rule?.type === 'CallExpression' ? helperOf(program, rule) : undefined
  const returned = made === undefined ? undefined : returnOf(made)
  if (returned?.type !== 'ArrayExpression') return UNKNOWN
  return render(program, returned.elements[1], bindings(made, rule, new Map()))
}

function firstProblem(program, { elements }) {
  const problem = elements.find((each) => each.type === 'TemplateLiteral' || each.type === 'Literal')
  return problem === undefined ? undefined : render(program, problem)
}
