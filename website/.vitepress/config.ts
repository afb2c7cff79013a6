import { fileURLToPath } from 'node:url'

import { defineConfig } from 'vitepress'
import type { Plugin } from 'vitepress'

import { drawMermaid, linkToSite, plainCornerCells } from './markdown.ts'
import { writeMarkdown } from './llms.ts'
import { REPOSITORY, pageOf } from './pages.ts'
import { sidebar } from './sidebar.ts'
import { searchIndex } from '../search/search-index.ts'

/** Stands in the place of VitePress' own search. */
const SITE_SEARCH = fileURLToPath(new URL('theme/SiteSearch.vue', import.meta.url))

export default defineConfig({
  title: 'Stageflow',
  description:
    'Typed pipelines of stages for TypeScript: chat, voice, retrieval, agents. In process, without a server.',
  lang: 'en-US',
  // Pages are the Markdown files of docs/ and the READMEs of packages, where they are.
  srcDir: '..',
  srcExclude: ['*.md', '{.changeset,benchmarks,examples,scripts}/**', 'packages/*/{ARCHITECTURE.md,docs/**}'],
  rewrites: (file) => pageOf(file) ?? file,
  cleanUrls: true,
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config(md) {
      md.core.ruler.push('links-between-files', linkToSite)
      md.core.ruler.push('empty-headers', plainCornerCells)
      drawMermaid(md)
    },
  },
  buildEnd: writeMarkdown,
  vite: {
    plugins: [modulesOfPages(), searchIndex()],
    resolve: { alias: [{ find: /^.*\/VPNavBarSearch\.vue$/, replacement: SITE_SEARCH }] },
  },
  themeConfig: {
    sidebar,
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    editLink: { pattern: `${REPOSITORY}/edit/main/:path` },
    outline: [2, 3],
  },
})

/** Pages are outside of this folder: what they import is looked up as if they were inside. */
function modulesOfPages(): Plugin {
  const here = fileURLToPath(import.meta.url)
  return {
    name: 'modules-of-pages',
    enforce: 'pre',
    resolveId(id, importer) {
      const isOfPage = importer !== undefined && /\.md(\?|$)/.test(importer) && /^[a-z@]/.test(id)
      return isOfPage ? this.resolve(id, here, { skipSelf: true }) : undefined
    },
  }
}
