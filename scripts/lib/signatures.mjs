import { childrenOf, parse } from './syntax.mjs'

// The signatures in the code of an API report, in a form in which two of them are equal if they mean the same. Order is kept where it has a
// meaning: parameters, type parameters and arguments, tuples, intersections, enums, overloads. It's left out where it has none:
// declarations, members, arms of unions.

/**
 * Every declaration and every member, as `{ path, parent, name, demand }`: its text after those of what it is in, the path of that, and its name.
 * `demand` is what it demands of users if it's new. Members are separate from the type that has them, so that a new one changes nothing else.
 */
export function signaturesOf(code) {
  const reader = new SignatureReader(code)
  for (const statement of parse('api.d.ts', code).body) reader.add(statement, undefined, '', isOfOptions(statement))
  return reader.signatures
}

/** Whether callers make the values of a type. Its name must say it: anyone may implement another interface. */
function isOfOptions(statement) {
  const { type, id } = statement.declaration ?? statement
  return /^TS(?:Interface|TypeAlias)Declaration$/.test(type) && /(?:Options|Arguments|Input)$/.test(id.name)
}

const BODIES = new Set(['TSInterfaceBody', 'ClassBody', 'TSModuleBlock', 'TSTypeLiteral'])

class SignatureReader {
  signatures = []
  #code
  #counts = new Map()

  constructor(code) {
    this.#code = code
  }

  /** Adds a declaration or member that is in `parent`, and everything in it. `isGiven`: callers make values of it. */
  add(node, parent, owner, isGiven) {
    const { text, bodies } = this.#render(node, false)
    const start = parent === undefined ? '' : `${parent} › `
    // The second and later overloads have their number, so that another order is another path.
    const slot = slotOf(node)
    const nth = slot === undefined ? 1 : this.#countUp(`${start}${slot}`)
    const path = `${start}${text}${nth === 1 ? '' : ` (overload ${nth})`}`
    const name = [owner, nameOf(node)].filter((each) => each !== '').join('.')
    this.signatures.push({ path, parent, name, demand: demandOf(node, isGiven) })

    const labels = bodies.map(({ label }) => label)
    for (const [index, { body, label }] of bodies.entries()) {
      const isOnly = labels.indexOf(label) === labels.lastIndexOf(label)
      const part = isOnly ? label : `${label}${labels.slice(0, index + 1).filter((each) => each === label).length}`
      const given = isGiven !== isTurned(body, node)
      for (const member of membersOf(body)) this.#addMember(member, path, part, name, given)
    }
  }

  #addMember(member, path, part, owner, isGiven) {
    const from = this.signatures.length
    this.add(member, part === '' ? path : `${path} › ${part}`, owner, isGiven)
    // A part of a signature has no line of its own: its members belong to the signature.
    this.signatures[from].parent = path
  }

  #countUp(key) {
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    return count
  }

  /**
   * The text of a node, and the bodies whose members it leaves out, in the order of the text. `isWhole`: with the members, in an order of
   * their own.
   */
  #render(node, isWhole) {
    if (BODIES.has(node.type)) return this.#renderBody(node, isWhole)
    return node.type === 'TSUnionType' ? this.#renderUnion(node, isWhole) : this.#renderInOrder(node, isWhole)
  }

  #renderBody(node, isWhole) {
    const members = membersOf(node)
    if (members.length === 0 && node.type === 'TSTypeLiteral') return { text: '{}', bodies: [] }
    if (!isWhole) return { text: '{…}', bodies: [{ body: node, label: '' }] }
    return { text: `{ ${this.#sortedTexts(members).join('; ')} }`, bodies: [] }
  }

  /** The members by their text. Overloads stay in their order. */
  #sortedTexts(members) {
    const texts = members.map((member) => this.#render(member, true).text)
    const groups = Map.groupBy(members.keys(), (index) => slotOf(members[index]) ?? `text ${texts[index]}`)
    return [...groups.values()].map((indexes) => indexes.map((index) => texts[index]).join('; ')).sort()
  }

  #renderUnion({ types }, isWhole) {
    const arms = types.map((type) => ({ type, ...(isWhole ? this.#render(type, true) : this.#renderArm(type)) }))
    const texts = arms.map(({ text }) => text)
    // Arms that look alike without their members are told apart by them.
    const distinct = arms.map((arm) => {
      const isDistinct = texts.indexOf(arm.text) === texts.lastIndexOf(arm.text)
      return isDistinct || arm.bodies.length === 0 ? arm : this.#render(arm.type, true)
    })
    const sorted = distinct.toSorted((a, b) => (a.text < b.text ? -1 : Number(a.text > b.text)))
    return { text: sorted.map(({ text }) => text).join(' | '), bodies: sorted.flatMap(({ bodies }) => bodies) }
  }

  /** An object in a union is known by its members of literal types: `{ status: 'ok'; … }`. */
  #renderArm(type) {
    const tags = type.type === 'TSTypeLiteral' ? type.members.filter(isTag) : []
    if (tags.length === 0) return this.#render(type, false)
    const rest = tags.length === type.members.length ? '' : '; …'
    const text = `{ ${this.#sortedTexts(tags).join('; ')}${rest} }`
    return { text, bodies: [{ body: type, label: text }] }
  }

  #renderInOrder(node, isWhole) {
    const children = childrenOf(node).toSorted((a, b) => a.start - b.start)
    if (children.length === 0) return { text: this.#code.slice(node.start, node.end), bodies: [] }
    let text = ''
    let at = node.start
    const bodies = []
    for (const child of children) {
      // `import { a }` names the same place twice.
      if (child.start < at) continue
      const rendered = this.#render(child, isWhole)
      text += tidy(this.#code.slice(at, child.start)) + rendered.text
      bodies.push(...rendered.bodies)
      at = child.end
    }
    return { text: (text + tidy(this.#code.slice(at, node.end))).replace(/ ?[;,]$/, ''), bodies }
  }
}

/** What is between two parts of the syntax, as if it were on one line. The `|` before the first arm of a union is left out. */
function tidy(text) {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/(?<=[([<]) /g, '')
    .replaceAll(/,? (?=[)\]>])/g, '')
    .replaceAll(/,(?=[)\]>])/g, '')
    .replace(/\| ?$/, '')
}

function membersOf(body) {
  return body.type === 'TSTypeLiteral' ? body.members : body.body
}

/** What a declaration or member can be an overload of, or undefined if it can't be one. */
function slotOf(node) {
  const declared = node.declaration ?? node
  switch (declared.type) {
    case 'TSDeclareFunction':
    case 'FunctionDeclaration':
      return `function ${declared.id.name}`
    case 'TSCallSignatureDeclaration':
    case 'TSConstructSignatureDeclaration':
      return declared.type
    case 'TSMethodSignature':
    case 'MethodDefinition':
    case 'TSAbstractMethodDefinition':
      return `${declared.static === true} ${declared.kind} ${keyOf(declared)}`
    default:
      return undefined
  }
}

/** Whether what callers make in `node` is made for them in `body`, or the other way around: each list of parameters in between turns it. */
function isTurned(body, node) {
  if (body === node) return false
  const next = childrenOf(node).find((child) => child.start <= body.start && body.end <= child.end)
  return isTurned(body, next) !== (FUNCTIONS.test(node.type) && node.params?.includes(next) === true)
}

const FUNCTIONS = /Function|MethodSignature|(?:Call|Construct)SignatureDeclaration|ConstructorType/

/** What a new member takes from users: `value` if they must pass or implement it, and otherwise what its class was without. */
function demandOf({ type, kind, key, accessibility, optional }, isGiven) {
  if (kind === 'constructor') return 'constructor'
  if (type.startsWith('TSAbstract')) return 'value'
  // An object that isn't of the class is no longer assignable to it.
  if (key?.type === 'PrivateIdentifier' || (accessibility ?? 'public') !== 'public') return 'private members'
  return isGiven && /^TS(?:Property|Method)Signature$/.test(type) && !optional ? 'value' : undefined
}

function isTag({ type, optional, typeAnnotation }) {
  return type === 'TSPropertySignature' && !optional && typeAnnotation?.typeAnnotation.type === 'TSLiteralType'
}

/** The name of a declaration or member. A block `declare module` has none, because its declarations belong to the other module. */
function nameOf(node) {
  const declared = node.declaration ?? node
  if (declared.type === 'TSModuleDeclaration') return ''
  if (declared.specifiers !== undefined) return declared.specifiers.map(specifierName).join()
  if (declared.declarations !== undefined) return declared.declarations.map(({ id }) => id.name).join()
  if (declared.key !== undefined) return keyOf(declared)
  return declared.id?.name ?? NAMELESS[declared.type] ?? declared.type
}

const NAMELESS = {
  TSCallSignatureDeclaration: 'call',
  TSConstructSignatureDeclaration: 'new',
  TSIndexSignature: 'index',
}

const specifierName = ({ exported, local }) => (exported ?? local).name

function keyOf({ key }) {
  if (key.type === 'PrivateIdentifier') return `#${key.name}`
  if (key.type === 'MemberExpression') return `${key.object.name}.${key.property.name}`
  return key.name ?? String(key.value)
}
