import { parse, walk } from './syntax.mjs'
import { readPackages, readSources } from './workspace.mjs'

// The events that the packages declare: the members of `interface EventMap`, and of core's `interface StageEventMap`.

const PREFIXES = { EventMap: '', StageEventMap: 'stage.{name}.' }

/** Every event type with its package and the fields of its data; `?` follows the name of an optional field. */
export function readEventTypes(root) {
  return readPackages(root).flatMap(({ folder, short }) => {
    const declared = declarationsIn(readSources(root, folder))
    return Object.entries(PREFIXES).flatMap(([map, prefix]) =>
      (declared.get(map) ?? []).flatMap(({ body }) =>
        body.body.map((member) => {
          const type = prefix + nameOf(member.key)
          return { type, short, fields: fieldsOf(member.typeAnnotation.typeAnnotation, declared, type) }
        }),
      ),
    )
  })
}

/** The interfaces and type aliases of a package by name. An interface may be declared several times. */
function declarationsIn(sources) {
  const declared = new Map()
  for (const { file, text } of sources) {
    walk(parse(file, text), (node) => {
      if (node.type !== 'TSInterfaceDeclaration' && node.type !== 'TSTypeAliasDeclaration') return
      declared.set(node.id.name, [...(declared.get(node.id.name) ?? []), node])
    })
  }
  return declared
}

function fieldsOf(node, declared, type) {
  switch (node.type) {
    case 'TSTypeLiteral':
      return node.members.map(fieldOf)
    case 'TSIntersectionType':
      return node.types.flatMap((each) => fieldsOf(each, declared, type))
    case 'TSTypeReference':
      return fieldsOfNamed(node.typeName.name, declared, type)
    default:
      throw new Error(`The data of the event "${type}" is a ${node.type}: write it as an interface or an object type.`)
  }
}

function fieldsOfNamed(name, declared, type) {
  // A data type and the event of the same package are in one package. Two types of one name would be mixed up.
  const [node, ...more] = declared.get(name) ?? []
  if (node === undefined || more.length > 0)
    throw new Error(`The data of the event "${type}" has the type ${name}, which its package must declare once.`)
  if (node.type === 'TSTypeAliasDeclaration') return fieldsOf(node.typeAnnotation, declared, type)
  const inherited = node.extends.flatMap(({ expression }) => fieldsOfNamed(expression.name, declared, type))
  return [...inherited, ...node.body.body.map(fieldOf)]
}

const fieldOf = ({ key, optional }) => `${nameOf(key)}${optional ? '?' : ''}`

function nameOf(key) {
  return key.type === 'Identifier' ? key.name : String(key.value)
}
