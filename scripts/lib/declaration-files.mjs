import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parse, withoutComments } from './syntax.mjs'

// What the declaration files of a package declare, export and import, and where each name comes from.

/** Declaration files, each read once. Every file is named by its full path. */
export class DeclarationFiles {
  #files = new Map()

  /** What one file has: its text without comments, and what it declares, exports, imports and adds to other modules. */
  read(path) {
    if (!this.#files.has(path)) this.#files.set(path, readDeclarations(path))
    return this.#files.get(path)
  }

  /** The files of the package that a compiler reads for the entry at `path`. */
  reachedFrom(path) {
    const reached = new Set([path])
    for (const each of reached) for (const source of this.read(each).sources) reached.add(source)
    return [...reached]
  }

  /** The exported names of a file, each with its origin: see `originOf`. */
  exportsOf(path) {
    return [...this.read(path).exported.keys()].map((name) => ({ name, origin: this.#originOfExport(path, name) }))
  }

  /**
   * Where a name in a file comes from: `{ path, name }` of its declaration, `{ source, name }` in another package, or undefined
   * for a global name. `isType` is true if it came through an `import type` or `export type`, so that a value is only its type.
   */
  originOf(path, name) {
    const { declared, imported } = this.read(path)
    if (declared.has(name)) return { path, name, isType: false }
    const from = imported.get(name)
    return from && this.#follow(from)
  }

  #originOfExport(path, name) {
    const from = this.read(path).exported.get(name)
    if (from === undefined) throw new Error(`${path} doesn't export ${name}: run \`npm run build\`.`)
    if (from.source !== undefined) return this.#follow(from)
    const origin = this.originOf(path, from.name)
    return { ...origin, isType: origin.isType || from.isType }
  }

  #follow({ source, name, isType }) {
    const origin = isFile(source) ? this.#originOfExport(source, name) : { source, name, isType: false }
    return { ...origin, isType: origin.isType || isType }
  }
}

function readDeclarations(path) {
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`npm run build\`.`)
  const text = withoutComments(path, readFileSync(path, 'utf8'))
  const file = { text, sources: [], declared: new Map(), exported: new Map(), imported: new Map(), augmented: [] }
  for (const statement of parse(path, text).body) readStatement(file, path, statement)
  return file
}

function readStatement(file, path, statement) {
  const source = sourceOf(path, statement.source?.value)
  if (isFile(source)) file.sources.push(source)
  switch (statement.type) {
    case 'ImportDeclaration':
      for (const each of statement.specifiers)
        file.imported.set(each.local.name, {
          source,
          name: importedName(each),
          isType: isTypeOnly(statement.importKind, each.importKind),
        })
      break
    case 'ExportNamedDeclaration':
      for (const { local, exported, exportKind } of statement.specifiers)
        file.exported.set(exported.name, {
          source,
          name: local.name,
          isType: isTypeOnly(statement.exportKind, exportKind),
        })
      for (const name of declare(file, statement.declaration)) file.exported.set(name, { name, isType: false })
      break
    case 'ExportAllDeclaration':
    case 'ExportDefaultDeclaration':
      throw new Error(`${path}: list the names to export. \`export *\` and default exports are not allowed.`)
    case 'TSModuleDeclaration':
      file.augmented.push(statement)
      break
    default:
      declare(file, statement)
  }
}

/** Adds a declaration to those of its names, and returns the names. */
function declare(file, declaration) {
  if (declaration === null) return []
  const names = declaration.declarations?.map(({ id }) => id.name) ?? [declaration.id.name]
  for (const name of names) file.declared.set(name, [...(file.declared.get(name) ?? []), declaration])
  return names
}

function importedName({ type, imported }) {
  if (type === 'ImportNamespaceSpecifier') return '*'
  return type === 'ImportDefaultSpecifier' ? 'default' : imported.name
}

function isTypeOnly(...kinds) {
  return kinds.includes('type')
}

/** The declaration file of a relative import; the name of a package as it is. */
function sourceOf(path, source) {
  return source?.startsWith('.') ? join(path, '..', source.replace(/\.ts$/, '.d.ts')) : source
}

function isFile(source) {
  return source?.endsWith('.d.ts') === true
}
