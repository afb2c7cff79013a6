import { join } from 'node:path'

import { DeclarationFiles } from './declaration-files.mjs'
import { childrenOf } from './syntax.mjs'

// The public types of a package, per entry point: what the entry exports, the declarations that these refer to, and what the
// package adds to other modules.

/** The entries of a package that have types: `.` or a subpath, with the declaration file of the build. */
export function entriesOf(root, { folder, manifest }) {
  return Object.entries(manifest.publishConfig?.exports ?? {}).flatMap(([subpath, { types }]) =>
    types === undefined ? [] : [{ subpath, path: join(root, folder, types) }],
  )
}

/** The public types of each entry of a package, as lists of declarations in the order of their names. */
export function readPublicTypes(root, given) {
  const files = new DeclarationFiles()
  const entries = entriesOf(root, given)
  const homes = homesOf(files, given.manifest.name, entries)
  return entries.map((entry) => ({ subpath: entry.subpath, ...publicTypesOf(files, entry, homes) }))
}

/** The first entry that exports each declaration. The other entries refer to it. */
function homesOf(files, packageName, entries) {
  const homes = new Map()
  for (const { subpath, path } of entries)
    for (const { name, origin } of files.exportsOf(path))
      if (!homes.has(keyOf(origin))) homes.set(keyOf(origin), { subpath, source: join(packageName, subpath), name })
  return homes
}

function publicTypesOf(files, { subpath, path }, homes) {
  const types = { imports: new Map(), exports: [], reached: [], augmented: [] }
  const shown = new Set()

  /** Shows the declarations of an origin, and what they refer to. */
  const show = (list, { path: file, name }, prefix) => {
    if (shown.has(`${file} ${name}`)) return
    shown.add(`${file} ${name}`)
    for (const declaration of files.read(file).declared.get(name)) {
      list.push({ name, text: prefix + textOf(files, file, declaration) })
      reach(file, declaration)
    }
  }

  const reach = (file, node) => {
    for (const name of referencesIn(node)) {
      const origin = files.originOf(file, name)
      if (origin === undefined) continue
      const home = homes.get(keyOf(origin))
      if (home?.subpath === subpath) continue
      const { source, name: imported } = home ?? origin
      if (source === undefined) show(types.reached, origin, '')
      else types.imports.set(`${source} ${imported} ${name}`, `import ${specifierOf(imported, name)} from '${source}'`)
    }
  }

  for (const { name, origin } of files.exportsOf(path)) {
    const home = homes.get(keyOf(origin))
    const isHome = home.subpath === subpath
    const source = isHome ? origin.source : home.source
    const isListed = source !== undefined || origin.name !== name || isValueAsType(files, origin)
    if (isListed) types.exports.push({ name, text: exportOf(isHome ? origin : home, name, source, origin.isType) })
    if (source === undefined) show(isListed ? types.reached : types.exports, origin, isListed ? '' : 'export ')
  }
  for (const file of files.reachedFrom(path))
    for (const block of files.read(file).augmented)
      for (const statement of block.body.body) {
        types.augmented.push({ name: nameOf(block, statement), text: augmentationOf(files, file, block, statement) })
        reach(file, statement)
      }
  return {
    imports: [...types.imports.keys()].sort().map((key) => types.imports.get(key)),
    exports: inOrder(types.exports),
    reached: inOrder(types.reached),
    augmented: inOrder(types.augmented),
  }
}

/** The texts by name. Declarations of one name keep their order, since the order of overloads matters. */
function inOrder(declarations) {
  return declarations.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name))).map(({ text }) => text)
}

/** What identifies an origin: a declaration of this package, or a name of another one. */
function keyOf({ path, source, name }) {
  return `${path ?? source} ${name}`
}

/** Whether a class, function or constant is exported for its type alone. */
function isValueAsType(files, { path, name, isType }) {
  const declarations = isType && path !== undefined ? files.read(path).declared.get(name) : []
  return declarations.some(({ type }) => type !== 'TSInterfaceDeclaration' && type !== 'TSTypeAliasDeclaration')
}

function exportOf({ name }, exported, source, isType) {
  const names = name === exported ? name : `${name} as ${exported}`
  return `export ${isType ? 'type ' : ''}{ ${names} }${source === undefined ? '' : ` from '${source}'`}`
}

function specifierOf(imported, local) {
  if (imported === '*') return `* as ${local}`
  return `{ ${imported === local ? local : `${imported} as ${local}`} }`
}

function nameOf({ id }, statement) {
  return `${id.value ?? id.name} ${statement.id.name}`
}

/** `declare module` around one of its statements, so that the order of the statements and files does not matter. */
function augmentationOf(files, file, { id, start }, statement) {
  const { text } = files.read(file)
  return `${text.slice(start, id.end)} {\n${textOf(files, file, statement)}\n}`
}

/** The text of a declaration without its private members and without empty lines. */
function textOf(files, file, declaration) {
  const members = declaration.type === 'ClassDeclaration' ? declaration.body.body : []
  const pieces = []
  let from = declaration.start
  for (const member of members.filter(isPrivate)) {
    pieces.push(files.read(file).text.slice(from, member.start))
    from = member.end
  }
  pieces.push(files.read(file).text.slice(from, declaration.end))
  return pieces.join('').replaceAll(/\n\s*(?=\n)/g, '')
}

/** A private constructor and `#private` are kept: no other code can make an instance, and no object literal can stand in for one. */
function isPrivate({ accessibility, kind }) {
  return accessibility === 'private' && kind !== 'constructor'
}

/** The names that a declaration refers to, except its own type parameters. */
export function referencesIn(declaration) {
  const references = new Set()
  const parameters = new Set()
  const visit = (node) => {
    if (node.type === 'TSTypeParameter') parameters.add(node.name.name)
    if (node.type === 'TSMappedType') parameters.add(node.key.name)
    if (node.type === 'TSImportType')
      throw new Error('A declaration has an `import("…")` type: import the type by name instead.')
    const reference = referenceOf(node)
    if (reference !== undefined) references.add(firstOf(reference))
    for (const child of childrenOf(node)) if (!isPrivate(child)) visit(child)
  }
  visit(declaration)
  return references.difference(parameters)
}

function referenceOf(node) {
  switch (node.type) {
    case 'TSTypeReference':
      return node.typeName
    case 'TSTypeQuery':
      return node.exprName
    case 'TSInterfaceHeritage':
    case 'TSClassImplements':
      return node.expression
    case 'ClassDeclaration':
      return node.superClass ?? undefined
    default:
      return node.computed === true ? node.key : undefined
  }
}

/** The first name of a path such as `A.B.C`; undefined for a literal. */
function firstOf(node) {
  return node.name ?? (node.left || node.object ? firstOf(node.left ?? node.object) : undefined)
}
