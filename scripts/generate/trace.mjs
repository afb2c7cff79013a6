import { cpSync, globSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { childrenOf, parse } from '../lib/syntax.mjs'

// Follows a program through its files: every function of a copy reports its file and its name when it is entered.

const HOOK = '__stageflowEntered'

/** Imports an instrumented copy of `dist`; `trace(act)` resolves with the functions that were entered during `act`. */
export async function traceable(dist) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stageflow-trace-')))
  try {
    cpSync(dist, folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    for (const file of globSync('**/*.js', { cwd: folder })) {
      const path = join(folder, file)
      writeFileSync(path, instrumented(file.replaceAll('\\', '/'), readFileSync(path, 'utf8')))
    }
    const module = await import(pathToFileURL(join(folder, 'index.js')).href)
    return { module, trace }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function trace(act) {
  const entered = []
  globalThis[HOOK] = (file, name) => entered.push({ file, name })
  try {
    await act()
  } finally {
    delete globalThis[HOOK]
  }
  return entered
}

function instrumented(file, text) {
  const insertions = []
  const source = file.replace(/\.js$/, '.ts')
  visit(parse(file, text), '', '')
  let result = text
  for (const [at, inserted] of insertions.toSorted(([one], [other]) => other - one))
    result = result.slice(0, at) + inserted + result.slice(at)
  return result

  function visit(node, inherited, className) {
    const name = nameOf(node, className) ?? inherited
    const { type, body } = node
    const report = `globalThis.${HOOK}?.(${JSON.stringify(source)}, ${JSON.stringify(name)})`
    if (/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(type)) {
      if (body.type === 'BlockStatement') insertions.push([body.start + 1, `${report};`])
      else insertions.push([body.start, `(${report}, `], [body.end, ')'])
    }
    const inner = /^Class(Declaration|Expression)$/.test(type) ? (node.id?.name ?? name) : className
    for (const child of childrenOf(node)) visit(child, name, inner)
  }
}

/** The name that a function gets from this node; a function without one has the name of what it is in. */
function nameOf(node, className) {
  const { type, kind, key, id, left } = node
  if (type === 'FunctionDeclaration' || type === 'VariableDeclarator') return id?.name
  if (type === 'AssignmentExpression') return left.name ?? left.property?.name
  if (type !== 'MethodDefinition' && type !== 'PropertyDefinition' && type !== 'Property') return undefined
  if (kind === 'constructor') return `new ${className}`
  const name = key.type === 'PrivateIdentifier' ? `#${key.name}` : String(key.name ?? key.value ?? key.property?.name)
  return kind === 'get' || kind === 'set' ? `${kind} ${name}` : name
}
