import { parse, walk } from '../lib/syntax.mjs'

// Reads an expression of the sources as text: strings stay, and `…` stands for what is only known at run time.

export const UNKNOWN = '…'
/** Inlined consts, helpers and call sites are followed this far. */
const DEEPEST = 8

export const hasWords = (text) => /\p{L}{2}/u.test(text)

/** Every node of the files with its parent, and what a name of the package stands for. */
export function readProgram(sources) {
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

export const nameOf = (node) => (node?.type === 'PrivateIdentifier' ? `#${node.name}` : node?.name)

export function calleeOf(node) {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return undefined
  return nameOf(node.callee.type === 'MemberExpression' ? node.callee.property : node.callee)
}

// -- expressions as text --

const isText = ({ type, value }) => type === 'TemplateLiteral' || typeof value === 'string'
/** Whether a test compares a parameter with what it was given. */
function isSurelyTrue(test, bound) {
  const given = test.operator === '===' ? bound.get(test.left.name)?.node : undefined
  return given?.type === 'MemberExpression' && wordsOf(given) === wordsOf(test.right)
}

const wordsOf = (node) =>
  node.type === 'MemberExpression' ? `${wordsOf(node.object)}.${wordsOf(node.property)}` : node.name
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
  ConditionalExpression: (program, { test, consequent, alternate }, bound, depth) => {
    if (isSurelyTrue(test, bound)) return render(program, consequent, bound, depth)
    const texts = [consequent, alternate].map((each) => render(program, each, bound, depth))
    if (texts.includes('')) return texts.find((each) => hasWords(each) && !each.includes(UNKNOWN)) ?? UNKNOWN
    return best(texts)
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
export function render(program, node, bound = new Map(), depth = 0) {
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

export const isFunction = ({ type }) => type.includes('Function')

/** What a const is set to: the one nearest above in its file, else the only one of that name in the package. */
export function constOf(program, node) {
  const own = program.fileOf.get(node).names.get(node.name) ?? []
  const nearest = own.findLast((value) => value !== null && isVisible(program, value, node))
  if (nearest !== undefined) return nearest
  if (parameterOf(program, node) !== undefined) return undefined
  const all = program.files
    .flatMap(({ names }) => names.get(node.name) ?? [])
    .filter((value) => isExported(program, value))
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

export function valueOf(program, node) {
  return node.type === 'Identifier' ? (constOf(program, node) ?? node) : node
}

const hasParameter = (made, name) => made.params.some((each) => parameterName(each) === name)
export const parameterName = (node) => (node.type === 'AssignmentPattern' ? node.left.name : node.name)

/** The function around a node that has it as a parameter. */
function parameterOf(program, node) {
  for (let at = program.parents.get(node); at !== undefined; at = program.parents.get(at)) {
    if (isFunction(at) && hasParameter(at, node.name)) return at
  }
  return undefined
}

/** What the calls of the function around a node pass for it. */
export function callSitesOf(program, node) {
  const made = parameterOf(program, node)
  if (made === undefined) return []
  const index = made.params.findIndex((each) => parameterName(each) === node.name)
  return callsOf(program, made)
    .map((call) => call.arguments[index])
    .filter((each) => each !== undefined)
}

function callsOf(program, made) {
  const parent = program.parents.get(made)
  if (parent.type === 'CallExpression') return callsOfCallback(program, parent, parent.arguments.indexOf(made))
  const calls = program.calls.get(functionName(program, made)) ?? []
  const own = calls.filter((call) => program.fileOf.get(call) === program.fileOf.get(made))
  return own.length > 0 ? own : calls
}

/** The calls of a function that is passed to a helper: those within the helper. */
function callsOfCallback(program, call, index) {
  const parameter = helperOf(program, call)?.params[index]
  if (parameter === undefined) return []
  const calls = program.calls.get(parameterName(parameter)) ?? []
  return calls.filter((each) => isWithin(program, each, helperOf(program, call)))
}

function isWithin(program, node, around) {
  for (let at = node; at !== undefined; at = program.parents.get(at)) if (at === around) return true
  return false
}

function functionName(program, made) {
  const parent = program.parents.get(made)
  if (parent.type === 'MethodDefinition' && parent.kind === 'constructor')
    return program.parents.get(program.parents.get(parent)).id?.name
  return made.id?.name ?? nameOf(parent.type === 'VariableDeclarator' ? parent.id : parent.key)
}

/** The function of this package that a call calls. */
export function helperOf(program, { callee }) {
  const made = callee.type === 'Identifier' ? constOf(program, callee) : methodOf(program, callee)
  return made !== undefined && isFunction(made) ? made : undefined
}

function methodOf(program, callee) {
  if (callee.object?.type !== 'ThisExpression') return undefined
  return program.fileOf.get(callee).names.get(nameOf(callee.property))?.[0] ?? undefined
}

/** What a function returns, if it says so in one place. */
export function returnOf({ body }) {
  if (body.type !== 'BlockStatement') return body
  const returns = body.body.filter(({ type }) => type === 'ReturnStatement')
  return returns.length === 1 && body.body.every(({ type }) => type !== 'IfStatement') ? returns[0].argument : undefined
}

export function bindings(made, call, bound) {
  const given = made.params.map((each, index) => [
    parameterName(each),
    call.arguments[index] ?? (each.type === 'AssignmentPattern' ? each.right : undefined),
  ])
  return new Map(given.filter(([, node]) => node !== undefined).map(([name, node]) => [name, { node, bound }]))
}
