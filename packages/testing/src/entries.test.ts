import { execFileSync } from 'node:child_process'
import { execPath } from 'node:process'
import { expect, test } from 'vitest'

const LIST_MODULES = `
  import { registerHooks } from 'node:module'
  import { argv } from 'node:process'
  const urls = []
  registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) })
  await import(argv[1])
  console.log(JSON.stringify(urls))`

/** The modules that an entry of this package loads, by their URL. */
function loadedBy(entry: string): readonly string[] {
  const url = new URL(entry, import.meta.url).href
  const printed = execFileSync(execPath, ['--input-type=module', '-e', LIST_MODULES, url], { encoding: 'utf8' })
  return JSON.parse(printed) as readonly string[]
}

/** The folders of this package that an entry loads, and what it needs of Node. */
function needsOf(entry: string): { readonly contracts: readonly string[]; readonly node: readonly string[] } {
  const urls = loadedBy(entry)
  const contracts = urls.flatMap((url) => /testing\/src\/(\w+-contract)\//.exec(url)?.[1] ?? [])
  return { contracts: [...new Set(contracts)].toSorted(), node: urls.filter((url) => url.startsWith('node:')) }
}

test('an app loads no contract and nothing of Node, with durable runs or without', () => {
  expect(needsOf('./index.ts')).toEqual({ contracts: [], node: [] })
  expect(needsOf('./durable.ts')).toEqual({ contracts: [], node: [] })
})

test('an author of interceptors and sinks does not load the contract of executors, and nothing of Node', () => {
  expect(needsOf('./contract.ts')).toEqual({ contracts: ['interceptor-contract', 'sink-contract'], node: [] })
})

test('an author of executors loads their contract only, which starts processes', () => {
  const { contracts, node } = needsOf('./durable-contract.ts')
  expect(contracts).toEqual(['executor-contract'])
  expect(node).toContain('node:child_process')
})
