import { parse, walk } from '../lib/syntax.mjs'

// Reads the message of each error code from the sources: the words stay, and `…` stands for what is only known at run time.
// So a message on the page can't differ from the code.

const UNKNOWN = '…'
const NO_RULE = `${UNKNOWN} must be ${UNKNOWN}, not ${UNKNOWN}`
/** Inlined consts, helpers and call sites are followed this far. */
const DEEPEST = 8

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

const hasWords = (message) => /\p{L}{2}/u.test(message)

/** Every node of the files with its parent, and what a name of the package stands for. */
function readProgram(sources) {
  const program = { files: [], parents: new Map(), fileOf: new Map(), calls: new Map() }
  for (const { file, text } of sources) {
    const read = { root: parse(file, text), nodes: [], names: new Map() }
    walk(read.root, (node, parent) => {
      program.parents.set(node, parent)
      program.fileOf.set(node, read)
      read.nodes.push(node)
      const [name, value] = definition(node, parent)
      if (name !== undefined) read.names.set(name, [...(read.names.get(name) ?? []), value])
      const callee = calleeOf(node)
      if (callee !== undefined) program.calls.set(callee, [...(program.calls.get(callee) ?? []), node])
    })
    program.files.push(read)
  }
  return program
}

function definition(node, parent) {
  if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && parent.kind === 'const')
    return [node.id.name, node.init]
  if (node.type === 'FunctionDeclaration') return [node.id?.name, node]
  if (node.type === 'MethodDefinition' || node.type === 'PropertyDefinition') return [nameOf(node.key), node.value]
  return []
}

const nameOf = (node) => (node?.type === 'PrivateIdentifier' ? `#${node.name}` : node?.name)

function calleeOf(node) {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return undefined
  return nameOf(node.callee.type === 'MemberExpression' ? node.callee.property : node.callee)
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
  if (parent.type === 'Property' && nameOf(parent.key) === 'code') return fromObject(program, program.parents.get(parent))
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
  const [where, , options, rules = rulesAround(program, call)] = call.arguments
  const rule = rules === undefined ? undefined : firstRule(program, rules)
  const problem = rule ?? (options?.type === 'ArrayExpression' ? firstProblem(program, options) : undefined)
  return tidy(`${render(program, where)}: ${problem ?? NO_RULE}.`)
}

/** The rules that the function around a call of `refuseOptions` checks with `optionProblems`. */
function rulesAround(program, call) {
  let around = call
  while (program.parents.get(around) !== undefined && !isFunction(around)) around = program.parents.get(around)
  let rules
  walk(around, (node) => {
    if (calleeOf(node) === 'optionProblems') rules ??= node.arguments[1]
  })
  return rules
}

/** What the first rule demands that can be read from the source: `attempts must be a whole number from 1, not …`. */
function firstRule(program, node) {
  const rules = valueOf(program, node)
  if (rules?.type !== 'ObjectExpression') return undefined
  for (const { key, value } of rules.properties) {
    const must = key === undefined ? UNKNOWN : mustOf(program, value)
    if (hasWords(must) && !must.startsWith(UNKNOWN)) return `${nameOf(key)} must be ${must}, not ${UNKNOWN}`
  }
  return undefined
}

function mustOf(program, node, depth = 0) {
  const rule = valueOf(program, node)
  if (rule?.type === 'ArrayExpression' && rule.elements.length === 2) return render(program, rule.elements[1])
  const made = rule?.type === 'CallExpression' ? helperOf(program, rule) : undefined
  const returned = made === undefined ? undefined : returnOf(made)
  if (returned?.type !== 'ArrayExpression' || depth > DEEPEST) return UNKNOWN
  return render(program, returned.elements[1], bindings(made, rule, new Map()), depth + 1)
}

function firstProblem(program, { elements }) {
  const problem = elements.find((each) => each.type === 'TemplateLiteral' || each.type === 'Literal')
  return problem === undefined ? undefined : render(program, problem)
}

// -- expressions as text --

const isText = ({ type, value }) => type === 'TemplateLiteral' || typeof value === 'string'
const best = (texts) => texts.find(hasWords) ?? UNKNOWN

const RENDERERS = {
  Literal: (program, { value }) => String(value),
  TemplateLiteral: (program, { quasis, expressions }, bound, depth) =>
    quasis
      .flatMap(({ value }, at) => [
        value.cooked,
        expressions[at] === undefined ? '' : render(program, expressions[at], bound, depth),
      ])
      .join(''),
  BinaryExpression: (program, { operator, left, right }, bound, depth) =>
    operator === '+' && (isText(left) || isText(right))
      ? render(program, left, bound, depth) + render(program, right, bound, depth)
      : UNKNOWN,
  ConditionalExpression: (program, { consequent, alternate }, bound, depth) => {
    const texts = [consequent, alternate].map((each) => render(program, each, bound, depth))
    return texts.find((each) => hasWords(each) && !each.includes(UNKNOWN)) ?? texts.find((each) => each === '') ?? best(texts)
  },
  Identifier: renderName,
  CallExpression: (program, node, bound, depth) => {
    const helper = helperOf(program, node)
    const returned = helper === undefined ? undefined : returnOf(helper)
    return returned === undefined ? UNKNOWN : best([render(program, returned, bindings(helper, node, bound), depth)])
  },
}
for (const wrapper of ['TSAsExpression', 'TSNonNullExpression', 'ParenthesizedExpression', 'TSSatisfiesExpression'])
  RENDERERS[wrapper] = (program, { expression }, bound, depth) => render(program, expression, bound, depth)

/** The text of an expression. `bound`: what the parameters of an inlined helper stand for. */
function render(program, node, bound = new Map(), depth = 0) {
  if (depth > DEEPEST) return UNKNOWN
  return RENDERERS[node.type]?.(program, node, bound, depth + 1) ?? UNKNOWN
}

function renderName(program, node, bound, depth) {
  const given = bound.get(node.name)
  if (given !== undefined) return render(program, given.node, given.bound, depth)
  const value = constOf(program, node)
  if (value !== undefined && !isFunction(value)) return render(program, value, bound, depth)
  const [site] = callSitesOf(program, node)
  return site === undefined ? UNKNOWN : best([render(program, site, new Map(), depth)])
}

const isFunction = ({ type }) => type.includes('Function')

/** What a const is set to: the one nearest above in its file, else the only one of that name in the package. */
function constOf(program, node) {
  const own = program.fileOf.get(node).names.get(node.name) ?? []
  const nearest = own.findLast((value) => value !== null && isVisible(program, value, node))
  if (nearest !== undefined) return nearest
  if (parameterOf(program, node) !== undefined) return undefined
  const all = program.files.flatMap(({ names }) => names.get(node.name) ?? []).filter((value) => isExported(program, value))
  return all.length === 1 ? all[0] : undefined
}

function isVisible(program, value, node) {
  const scope = scopeOf(program, value)
  for (let at = node; at !== undefined; at = program.parents.get(at)) {
    if (at === scope) return true
    if (isFunction(at) && hasParameter(at, node.name)) return false
  }
  return false
}

/** The block, function or file that a declaration belongs to. */
function scopeOf(program, value) {
  let at = program.parents.get(value)
  while (at.type === 'VariableDeclarator' || at.type === 'VariableDeclaration' || at.type === 'ExportNamedDeclaration')
    at = program.parents.get(at)
  return at
}

function isExported(program, value) {
  let at = value
  while (at !== undefined && at !== null && at.type !== 'ExportNamedDeclaration' && at.type !== 'BlockStatement')
    at = program.parents.get(at)
  return at?.type === 'ExportNamedDeclaration'
}

function valueOf(program, node) {
  return node.type === 'Identifier' ? (constOf(program, node) ?? node) : node
}

const hasParameter = (made, name) => made.params.some((each) => parameterName(each) === name)
const parameterName = (node) => (node.type === 'AssignmentPattern' ? node.left.name : node.name)

/** The function around a node that has it as a parameter. */
function parameterOf(program, node) {
  for (let at = program.parents.get(node); at !== undefined; at = program.parents.get(at)) {
    if (isFunction(at) && hasParameter(at, node.name)) return at
  }
  return undefined
}

/** What the calls of the function around a node pass for it. */
function callSitesOf(program, node) {
  const made = parameterOf(program, node)
  const name = made === undefined ? undefined : functionName(program, made)
  if (name === undefined) return []
  const index = made.params.findIndex((each) => parameterName(each) === node.name)
  const calls = program.calls.get(name) ?? []
  const own = calls.filter((call) => program.fileOf.get(call) === program.fileOf.get(made))
  return (own.length > 0 ? own : calls).map((call) => call.arguments[index]).filter((each) => each !== undefined)
}

function functionName(program, made) {
  const parent = program.parents.get(made)
  if (parent.type === 'MethodDefinition' && parent.kind === 'constructor')
    return program.parents.get(program.parents.get(parent)).id?.name
  return made.id?.name ?? nameOf(parent.type === 'VariableDeclarator' ? parent.id : parent.key)
}

/** The function of this package that a call calls. */
function helperOf(program, { callee }) {
  const made = callee.type === 'Identifier' ? constOf(program, callee) : methodOf(program, callee)
  return made !== undefined && isFunction(made) ? made : undefined
}

function methodOf(program, callee) {
  if (callee.object?.type !== 'ThisExpression') return undefined
  return program.fileOf.get(callee).names.get(nameOf(callee.property))?.[0] ?? undefined
}

/** What a function returns, if it says so in one place. */
function returnOf({ body }) {
  if (body.type !== 'BlockStatement') return body
  const returns = body.body.filter(({ type }) => type === 'ReturnStatement')
  return returns.length === 1 && body.body.every(({ type }) => type !== 'IfStatement') ? returns[0].argument : undefined
}

function bindings(made, call, bound) {
  const given = made.params.map((each, index) => [
    parameterName(each),
    call.arguments[index] ?? (each.type === 'AssignmentPattern' ? each.right : undefined),
  ])
  return new Map(given.filter(([, node]) => node !== undefined).map(([name, node]) => [name, { node, bound }]))
}
