import { parseSync } from 'oxc-parser'

/** A change of source text that is found by its syntax: layout, comments, parentheses and casts don't matter. */
export interface SyntaxChange {
  /**
   * A statement or an expression. A name with a dollar, such as `$stage`, stands for any expression, and for the same one
   * wherever it occurs.
   */
  readonly find: string
  /** What takes its place, with the same `$names`. Empty: the statement is left out. */
  readonly instead: string
  /** The function or method to look in. Default: the whole file. */
  readonly inside?: string
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}
/** What the `$names` of a pattern stand for. */
type Found = Map<string, Node>

/** Makes the change in `source`. Throws unless the syntax to change is there exactly once. */
export function changeSyntax(source: string, { find, instead, inside }: SyntaxChange): string {
  const wanted = patternOf(find)
  const places = (inside === undefined ? [parsed(source)] : functionsNamed(inside, parsed(source)))
    .flatMap((scope) => [...nodesIn(scope)])
    .flatMap((node) => {
      const found: Found = new Map()
      return isSame(wanted, node, found) ? [{ node, found }] : []
    })
  const [place] = places
  if (place === undefined || places.length > 1)
    throw new Error(`${find} occurs ${places.length} times${inside === undefined ? '' : ` in ${inside}`}, not once`)
  const { node, found } = place
  const text = instead.replaceAll(/\$\w+/g, (name) => textOf(source, found.get(name)))
  return source.slice(0, node.start) + (text === '' ? ';' : text) + source.slice(node.end)
}

function textOf(source: string, node: Node | undefined): string {
  if (node === undefined) throw new Error('the replacement has a $name that the pattern lacks')
  return source.slice(node.start, node.end)
}

function parsed(source: string): Node {
  const { program, errors } = parseSync('a.ts', source, { preserveParens: false })
  if (errors.length > 0) throw new Error(`${source.slice(0, 200)} does not parse: ${errors[0]?.message}`)
  return program as unknown as Node
}

/** The syntax of a statement or an expression that stands in a loop of a method. */
function patternOf(text: string): Node {
  const statements = [...nodesIn(parsed(`class Any { method() { for (;;) { ${text} } } }`))]
    .filter(({ type }) => type === 'BlockStatement')
    .at(1)?.['body'] as readonly Node[]
  const [statement] = statements
  if (statement === undefined || statements.length > 1) throw new Error(`${text} is not one statement or expression`)
  const isBare = statement.type === 'ExpressionStatement' && !text.trimEnd().endsWith(';')
  return isBare ? (statement['expression'] as Node) : statement
}

function functionsNamed(name: string, program: Node): readonly Node[] {
  return [...nodesIn(program)].filter(({ type, key, id }) => {
    const { type: kind, name: own } = (type === 'MethodDefinition' ? key : (id ?? {})) as Partial<Node>
    return (kind === 'PrivateIdentifier' ? `#${String(own)}` : own) === name
  })
}

function* nodesIn(node: Node): Generator<Node> {
  yield node
  for (const child of Object.values(node).flat()) if (isNode(child)) yield* nodesIn(child)
}

const isNode = (value: unknown): value is Node => typeof (value as Node | null | undefined)?.type === 'string'

/** Fields that say where syntax is, and not what it is. */
const PLACES: ReadonlySet<string> = new Set(['start', 'end', 'range', 'loc', 'parent', 'raw'])

function isSame(wanted: unknown, given: unknown, found: Found): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(given) &&
      wanted.length === given.length &&
      wanted.every((one, place) => isSame(one, given[place] as unknown, found))
    )
  if (!isNode(wanted)) return (wanted ?? null) === (given ?? null)
  if (!isNode(given)) return false
  const [pattern, node] = [uncast(wanted), uncast(given)]
  const { name } = pattern
  if (typeof name === 'string' && name.startsWith('$')) {
    const before = found.get(name)
    if (before !== undefined) return isSame(before, node, found)
    found.set(name, given)
    return true
  }
  return [...new Set([...Object.keys(pattern), ...Object.keys(node)])].every(
    (field) => PLACES.has(field) || isSame(pattern[field], node[field], found),
  )
}

/** An expression without the casts around it. */
function uncast(node: Node): Node {
  const isCast = node.type === 'TSAsExpression' || node.type === 'TSNonNullExpression'
  return isCast ? uncast(node['expression'] as Node) : node
}
