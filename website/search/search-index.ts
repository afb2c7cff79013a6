import { readFileSync } from 'node:fs'

import type { Plugin } from 'vitepress'

import { sectionsOf } from '../../examples/chat/src/search/markdown.ts'
import { makeIndex } from '../../examples/chat/src/search/search-index.ts'
import { ROOT, readPages } from '../.vitepress/pages.ts'
import { referenceOf } from './references.ts'

/** What people don't search: how Stageflow came to be. */
const UNSEARCHED = /^docs\/project\/(?:decisions\/|changelog)/
const API = /^website\/api\/(?!index\.md)/
const CORE = /^website\/api\/@stageflow\/core(?:\.md$|\/\w+\/)/

/** The module that the search box loads when it opens: the index, and the link of each page by its file. */
export function searchIndex(): Plugin {
  return {
    name: 'search-index',
    resolveId: (id) => (id === 'virtual:search-index' ? `\0${id}` : undefined),
    load: (id) => (id === '\0virtual:search-index' ? moduleText() : undefined),
  }
}

function moduleText(): string {
  const pages = readPages().filter(({ file }) => !UNSEARCHED.test(file) && file !== 'website/api/index.md')
  const texts = pages.map(({ file, link }) => ({ file, link, text: readFileSync(ROOT + file, 'utf8') }))
  const references = texts.filter(({ file }) => API.test(file))
  // A name that several entries export is that of core.
  references.sort((one, other) => Number(CORE.test(other.file)) - Number(CORE.test(one.file)))
  const index = makeIndex(
    texts.filter(({ file }) => !API.test(file)).map(({ file, text }) => sectionsOf(file, text)),
    references.map(({ file, text }) => referenceOf(file, text)),
  )
  const links = Object.fromEntries(texts.map(({ file, link }) => [file, link]))
  return `export default JSON.parse(${JSON.stringify(JSON.stringify({ index, links }))})`
}
