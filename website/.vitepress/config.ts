import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { defineConfig } from 'vitepress'
import type { Plugin } from 'vitepress'

import { markTyped, typesOnHover } from './hovers.ts'
import { drawMermaid, fileTitles, linkToSite, packageManagerTabs, plainCornerCells, wholeFlags } from './markdown.ts'
import { writeMarkdown } from './llms.ts'
import { DESCRIPTION, NO_PAGES, REPOSITORY, ROOT, pageOf } from './pages.ts'
import { navigation, sidebar } from './sidebar.ts'
import { tablesOnPhones } from './tables.ts'
import { searchIndex } from '../search/search-index.ts'
import { anchorOf } from '../../examples/chat/src/search/markdown.ts'

const PUBLIC = fileURLToPath(new URL('../public', import.meta.url))
/** Where the site is published, without a slash at its end. Only previews of links need it. */
const ADDRESS = process.env['STAGEFLOW_SITE'] ?? ''
/** Stands in the place of VitePress' own search. */
const SITE_SEARCH = fileURLToPath(new URL('theme/SiteSearch.vue', import.meta.url))

export default defineConfig({
  title: 'Stageflow',
  description: DESCRIPTION,
  lang: 'en-US',
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: '/logo.svg' }],
    ['link', { rel: 'apple-touch-icon', href: '/apple-touch-icon.png' }],
    ['meta', { name: 'theme-color', content: '#0f766e' }],
    ['meta', { property: 'og:site_name', content: 'Stageflow' }],
    ['meta', { property: 'og:type', content: 'website' }],
    ['meta', { property: 'og:image', content: `${ADDRESS}/og.png` }],
    ['meta', { property: 'og:image:width', content: '1200' }],
    ['meta', { property: 'og:image:height', content: '630' }],
    ['meta', { property: 'og:image:alt', content: 'Stageflow, and the timeline of a run' }],
    ['meta', { name: 'twitter:card', content: 'summary_large_image' }],
  ],
  // Pages are the Markdown files of docs/ and the READMEs of packages, where they are.
  srcDir: '..',
  srcExclude: NO_PAGES,
  rewrites: (file) => pageOf(file) ?? file,
  cleanUrls: true,
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify: anchorOf },
    codeTransformers: [typesOnHover()],
    config(md) {
      md.core.ruler.push('links-between-files', linkToSite)
      md.core.ruler.push('empty-headers', plainCornerCells)
      md.core.ruler.push('tables-on-phones', tablesOnPhones)
      md.core.ruler.push('package-managers', packageManagerTabs)
      md.core.ruler.push('types-on-hover', markTyped)
      md.core.ruler.push('file-titles', fileTitles)
      drawMermaid(md)
      wholeFlags(md)
    },
  },
  lastUpdated: hasHistory(),
  transformPageData({ filePath, title, description, frontmatter }) {
    const isWritten = !filePath.startsWith('website/')
    const head = [
      ['meta', { property: 'og:title', content: title === '' ? 'Stageflow' : title }],
      ['meta', { property: 'og:description', content: description === '' ? DESCRIPTION : description }],
    ]
    return { frontmatter: { ...frontmatter, head, ...(isWritten ? {} : { editLink: false, lastUpdated: false }) } }
  },
  buildEnd(config) {
    writeMarkdown(config)
    cpSync(PUBLIC, config.outDir, { recursive: true })
  },
  vite: {
    plugins: [modulesOfPages(), searchIndex()],
    resolve: { alias: [{ find: /^.*\/VPNavBarSearch\.vue$/, replacement: SITE_SEARCH }] },
    publicDir: PUBLIC,
  },
  themeConfig: {
    logo: { src: '/logo.svg', alt: '' },
    nav: navigation,
    sidebar,
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
    editLink: { pattern: `${REPOSITORY}/edit/main/:path` },
    outline: [2, 3],
    lastUpdated: { text: 'Last updated', formatOptions: { dateStyle: 'long' } },
    footer: {
      message: `MIT License · <a href="${REPOSITORY}">GitHub</a> · <a href="https://www.npmjs.com/package/@stageflow/core">npm</a> · <a href="/llms.txt">llms.txt</a>`,
    },
  },
})

/** Whether git knows when each page changed. In a shallow clone all pages would have the date of its one commit. */
function hasHistory(): boolean {
  const { stdout } = spawnSync('git', ['rev-parse', '--is-shallow-repository'], { cwd: ROOT, encoding: 'utf8' })
  return stdout?.trim() === 'false'
}

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
