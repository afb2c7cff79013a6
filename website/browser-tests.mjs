import { existsSync, globSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, posix } from 'node:path'
import { gzipSync } from 'node:zlib'
import { after, afterEach, before, test } from 'node:test'
import assert from 'node:assert/strict'

import { build } from 'esbuild'
import chromium from '@sparticuz/chromium'
import { chromium as browsers } from 'playwright-core'
import { serve } from 'vitepress'

import { startChatPage } from './chat-page.mjs'

// The built site in a real Chromium: `npm run docs:test`. Screenshots are in website/screenshots.

const FOLDER = import.meta.dirname
const SCREENSHOTS = join(FOLDER, 'screenshots')
const AXE = createRequire(import.meta.url).resolve('axe-core')
const DESKTOP = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }
const WINDOWS = {
  'desktop, light': { viewport: DESKTOP, colorScheme: 'light' },
  'phone, dark': { viewport: PHONE, colorScheme: 'dark' },
}
/** Questions and keywords with the pages that are right, written before any search ran on them. */
const SEARCHES = JSON.parse(readFileSync(join(FOLDER, 'search/questions.json'), 'utf8'))
/** For a page that hangs: on a busy machine, any page may be slow. */
const LONGEST_MS = 120_000
/** A page of each kind. */
const PAGES = [
  '',
  'start/quickstart',
  'how-to/retry',
  'concepts/pipelines',
  'reference/errors',
  'reference/packages/core',
  'reference/api/interceptor-retry',
  'reference/api/core/contract/stage',
]
const BUILT = join(FOLDER, '.vitepress/dist')
const HTML = globSync('**/*.html', { cwd: BUILT }).map((file) => file.replaceAll('\\', '/'))

/** The packages that docs/reference/support.md says run in browsers. */
const IN_BROWSERS = ['core', 'provider-types', 'report', 'sink-buffered', 'streaming', 'testing']
/** Their main entries, and those that need no Node either. */
const ENTRIES_IN_BROWSERS = [...IN_BROWSERS, 'core/edges', 'testing/contract', 'testing/durable']

const ALIASES = Object.fromEntries(
  IN_BROWSERS.flatMap((name) =>
    ['index', 'edges', 'kit', 'redaction', 'durable', 'contract'].map((file) => [
      file === 'index' ? `@stageflow/${name}` : `@stageflow/${name}/${file}`,
      join(FOLDER, '../packages', name, `src/${file}.ts`),
    ]),
  ),
)

let server, browser, origin

before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true })
  server = await serve({ root: FOLDER, port: 0 })
  origin = `http://localhost:${server.server.address().port}`
  browser = await browsers.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars'],
    timeout: LONGEST_MS,
  })
})
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())))
after(async () => {
  await browser?.close()
  server?.server.close()
})

/** The bundle of a module that imports packages of this workspace. Fails if they import what browsers don't have. */
async function bundled(contents) {
  const stdin = { contents, resolveDir: join(FOLDER, '../packages/defaults'), loader: 'ts' }
  const { outputFiles } = await build({
    stdin,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    alias: ALIASES,
  })
  return outputFiles[0].text
}

/** A page in a window of its own. Any error in it fails the test. */
async function open(path, options = { viewport: DESKTOP }) {
  const page = await browser.newPage(options)
  page.setDefaultTimeout(LONGEST_MS)
  const errors = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  await page.goto(`${origin}/${path}`, { waitUntil: 'networkidle' })
  return { page, errors }
}

/** What axe finds wrong on a page. */
async function violations(page) {
  await page.addScriptTag({ path: AXE })
  const { violations } = await page.evaluate(() => globalThis.axe.run())
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)
}

/** Opens the search and types a question into it. */
async function searchFor(page, question) {
  if (!(await page.locator('.site-search-dialog').isVisible())) await page.locator('.site-search-button').click()
  await page.getByRole('combobox', { name: 'Search' }).fill(question)
  await page.locator('.site-search-status', { hasText: /page/i }).waitFor({ state: 'attached' })
}

/** The pages that a question shows, best first, without their anchors. */
async function pagesFor(page, question) {
  await searchFor(page, question)
  const links = await page.locator('.site-search-result').evaluateAll((all) => all.map((one) => one.pathname))
  return links.map((link) => link.slice(1))
}

void test('a reader searches for a task by keyboard, and its page is the first result', async () => {
  const { page, errors } = await open('')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('retry only 429')
  const first = page.locator('.site-search-result').first()
  await first.waitFor()
  assert.match(await first.getAttribute('href'), /^\/how-to\/retry#how-do-i-retry-only-429$/)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await page.waitForURL(/how-to\/retry#/)
  await page.locator('h2#how-do-i-retry-only-429').waitFor()
  assert.equal(await page.locator('.site-search-dialog').isVisible(), false)
  assert.deepEqual(errors, [])
})

void test('the search closes by Escape, gives the focus back, and says if it found nothing', async () => {
  const { page, errors } = await open('how-to/retry')
  await searchFor(page, 'xylophone')
  await page.getByRole('status').filter({ hasText: 'No page for "xylophone".' }).waitFor()
  await page.keyboard.press('Escape')
  await page.locator('.site-search-dialog').waitFor({ state: 'hidden' })
  assert.equal(await page.evaluate(() => document.activeElement?.className), 'site-search-button')
  assert.deepEqual(errors, [])
})

void test('without a connection the search says that its index could not be loaded', async () => {
  const page = await browser.newPage({ viewport: DESKTOP })
  page.setDefaultTimeout(LONGEST_MS)
  await page.goto(origin, { waitUntil: 'networkidle' })
  await page.context().setOffline(true)
  await page.locator('.site-search-button').click()
  await page.getByRole('combobox', { name: 'Search' }).fill('retry')
  await page.getByRole('status').filter({ hasText: 'The index could not be loaded.' }).waitFor()
})

void test('a name of the API leads to its place in the reference', async () => {
  const { page, errors } = await open('')
  await searchFor(page, 'withStage')
  await page.locator('.site-search-result').first().click()
  await page.waitForURL(/reference\/api\/core\/.*#withstage/)
  await page.locator('#withstage').waitFor()
  assert.deepEqual(errors, [])
})

void test('every result leads to a heading that exists', async () => {
  const { page } = await open('')
  const links = new Set()
  for (const question of [
    'retry',
    'durable',
    'StageOutput',
    'what is exported',
    'postgres',
    'core/cycle',
    'test a stage',
  ]) {
    await searchFor(page, question)
    for (const link of await page
      .locator('.site-search-result')
      .evaluateAll((all) => all.map((one) => one.getAttribute('href'))))
      links.add(link)
  }
  assert.ok(links.size > 20)
  for (const link of links) {
    const [path, anchor] = link.split('#')
    const html = readFileSync(join(FOLDER, '.vitepress/dist', `${path === '/' ? '/index' : path}.html`), 'utf8')
    if (anchor !== undefined) assert.ok(html.includes(`id="${anchor}"`), `${link} leads to no heading.`)
  }
})

for (const [set, questions] of Object.entries(SEARCHES)) {
  void test(`the right page is among the first three results for 90% of the ${set}, and the first for 70%`, async () => {
    const { page } = await open('')
    const count = { first: 0, three: 0 }
    for (const { question, pages } of questions) {
      const found = (await pagesFor(page, question)).slice(0, 3)
      const place = found.findIndex((link) => pages.includes(link))
      if (place === 0) count.first += 1
      else console.log(`${question}\n  ${found.join(', ')}`)
      if (place >= 0) count.three += 1
    }
    console.log(`${set}: first ${count.first}, among three ${count.three} of ${questions.length}`)
    assert.ok(count.three >= 0.9 * questions.length)
    assert.ok(count.first >= 0.7 * questions.length)
  })
}

void test('the index of the search has at most 800 kB, 220 kB compressed', () => {
  const folder = join(FOLDER, '.vitepress/dist/assets/chunks')
  const [file] = readdirSync(folder).filter((name) => name.startsWith('virtual_search-index'))
  const text = readFileSync(join(folder, file))
  assert.ok(text.length <= 800_000, `It has ${text.length} bytes.`)
  assert.ok(gzipSync(text).length <= 220_000, `It has ${gzipSync(text).length} bytes compressed.`)
})

for (const [name, options] of Object.entries(WINDOWS)) {
  void test(`the open search has no violation that axe finds, and fits its window: ${name}`, async () => {
    const { page, errors } = await open('', options)
    await searchFor(page, 'how do I retry a stage')
    await page.screenshot({ path: join(SCREENSHOTS, `search-${name.replace(', ', '-')}.png`) })
    assert.deepEqual(await violations(page), [])
    const { left, right } = await page
      .locator('.site-search-dialog')
      .evaluate((one) => one.getBoundingClientRect().toJSON())
    assert.ok(left >= 0 && right <= options.viewport.width)
    assert.deepEqual(errors, [])
  })
}

void test('from the home page, the quickstart is one click away, and the next page another', async () => {
  const { page, errors } = await open('')
  await page.locator('a[href^="/start/quickstart"]').first().click()
  await page.waitForURL(/quickstart/)
  await page.locator('.pager-link.next').click()
  await page.waitForURL((url) => !url.pathname.includes('quickstart'))
  assert.deepEqual(errors, [])
})

void test('the home page says what Stageflow is, as llms.txt does, and shows a run, how to install it and where to start', async () => {
  const { page, errors } = await open('')
  const sentence = await page.locator('meta[name="description"]').getAttribute('content')
  assert.match(sentence ?? '', /^Write the steps of an AI request as a typed graph\./)
  assert.equal((await page.locator('.hero h1 + p').textContent())?.replaceAll(/\s+/g, ' '), sentence)
  assert.ok(readFileSync(join(BUILT, 'llms.txt'), 'utf8').includes(sentence))
  await page.locator('.hero img[alt^="The timeline of a run"]').waitFor()
  await page.locator('.hero pre:visible', { hasText: 'npm install @stageflow/core' }).waitFor()
  assert.equal(await page.locator('.hero .actions a').count(), 2)
  const preview = (await page.locator('meta[property="og:image"]').getAttribute('content')) ?? ''
  const picture = readFileSync(join(BUILT, posix.basename(preview)))
  // Width and height, where a PNG has them.
  assert.deepEqual([picture.readUInt32BE(16), picture.readUInt32BE(20)], [1200, 630])
  assert.deepEqual(errors, [])
})

void test('the timeline of the home page follows the mode that the reader chose', async () => {
  const { page } = await open('', { viewport: DESKTOP, colorScheme: 'light' })
  const picture = page.locator('.hero img')
  const before = await picture.screenshot({ animations: 'disabled' })
  await page.locator('.VPSwitchAppearance').first().click()
  await page.waitForFunction(() => getComputedStyle(document.querySelector('.hero img')).colorScheme === 'dark')
  const after = await picture.screenshot({ animations: 'disabled' })
  assert.notDeepEqual(before, after)
})

void test('on a phone, the menu has the main places, and the menu of the page has the other pages', async () => {
  const { page, errors } = await open('how-to/retry', { viewport: PHONE })
  await page.locator('.VPNavBarHamburger').click()
  const places = page.locator('.VPNavScreen .VPNavScreenMenuLink')
  await places.first().waitFor()
  const names = (await places.allTextContents()).map((name) => name.trim())
  for (const name of ['Docs', 'Packages', 'API']) assert.ok(names.includes(name), `${name} is missing: ${names.join()}`)
  await places.filter({ hasText: 'API' }).click()
  await page.waitForURL(/reference\/api\/core/)
  await page.locator('.VPLocalNav .menu').click()
  await page.locator('.VPSidebar.open a', { hasText: 'core/edges' }).first().waitFor()
  assert.deepEqual(errors, [])
})

void test('the sidebar has short names in groups, of which that of the page is open', async () => {
  const { page } = await open('how-to/retry')
  const groups = page.locator('.VPSidebar .VPSidebarItem.level-0')
  const own = groups.filter({ hasText: 'Failures' })
  await own.locator('a', { hasText: /^Retry$/ }).waitFor()
  assert.ok(await own.locator('a', { hasText: /^Retry$/ }).isVisible())
  assert.ok(!(await groups.filter({ hasText: 'Concepts' }).locator('.items a').first().isVisible()))
  const names = await page.locator('.VPSidebar .VPSidebarItem .text').allTextContents()
  assert.deepEqual(
    names.filter((name) => name.trim().split(/\s+/).length > 3),
    [],
  )
})

void test('a reader copies the install command of another package manager', async () => {
  const { page, errors } = await open('how-to/retry')
  const group = page.locator('.vp-code-group', { hasText: 'pnpm' }).first()
  await group.locator('label', { hasText: 'pnpm' }).click()
  await group.locator('pre:visible', { hasText: /^pnpm add @stageflow\/core/ }).waitFor()
  assert.deepEqual(errors, [])
})

void test('a reader copies the command that creates an app with another package manager', async () => {
  const { page, errors } = await open('reference/packages/create-stageflow')
  const commands = {
    npm: ['npm create stageflow@latest', 'npm create stageflow@latest quota -- --template interceptor'],
    pnpm: ['pnpm create stageflow@latest', 'pnpm create stageflow@latest quota --template interceptor'],
    yarn: ['yarn create stageflow', 'yarn create stageflow quota --template interceptor'],
    bun: ['bun create stageflow', 'bun create stageflow quota --template interceptor'],
  }
  for (const [name, [plain, withOptions]] of Object.entries(commands)) {
    const lines = []
    for (const group of await page.locator('.vp-code-group', { hasText: 'pnpm' }).all()) {
      await group.locator('label', { hasText: new RegExp(`^${name}$`) }).click()
      lines.push(...(await group.locator('pre:visible').innerText()).split('\n'))
    }
    assert.ok(lines.includes(plain), `${plain} is missing: ${lines.join(' | ')}`)
    assert.ok(lines.includes(withOptions), `${withOptions} is missing: ${lines.join(' | ')}`)
    assert.equal(
      lines.some((line) => line.endsWith('stageflow-orders -- \\')),
      name === 'npm',
    )
  }
  assert.deepEqual(errors, [])
})

void test('a block of code has the name of its file as a title', async () => {
  const { page } = await open('how-to/retry')
  await page.locator('.vp-code-group label', { hasText: 'retry.ts' }).waitFor()
})

void test('a name in the code of the quickstart shows its type', async () => {
  const { page, errors } = await open('start/quickstart')
  const name = page.locator('.twoslash-hover', { hasText: 'inputs' }).first()
  await name.scrollIntoViewIfNeeded()
  await name.hover()
  await page.locator('.twoslash-popup-code', { hasText: 'StageInputs' }).first().waitFor()
  assert.deepEqual(errors, [])
})

void test('every page has one heading of the first level', () => {
  const wrong = HTML.filter((file) => file !== '404.html')
    .map((file) => [file, readFileSync(join(BUILT, file), 'utf8').split('<h1').length - 1])
    .filter(([, count]) => count !== 1)
  assert.deepEqual(wrong, [])
})

void test('every link between pages leads to a page, and to a heading that it has', () => {
  const pages = new Map(HTML.map((file) => [file, readFileSync(join(BUILT, file), 'utf8')]))
  const idsOf = new Map(
    [...pages].map(([file, html]) => [file, new Set(html.matchAll(/ id="([^"]+)"/g).map(([, id]) => id))]),
  )
  const dead = new Set()
  for (const [file, html] of pages) {
    for (const [, href] of html.matchAll(/<a [^>]*?href="([^"]+)"/g)) {
      if (/^[a-z]+:/.test(href)) continue
      const [path = '', anchor] = href.split('#')
      const absolute =
        path === '' ? file : posix.join('/', posix.dirname(`/${file}`), path.startsWith('/') ? '' : path).slice(1)
      const at = path.startsWith('/') ? path.slice(1) : absolute
      const target = [at, `${at}.html`, posix.join(at, 'index.html')].find((name) => pages.has(name))
      if (
        target === undefined
          ? !existsSync(join(BUILT, at))
          : anchor !== undefined && !idsOf.get(target).has(decodeURIComponent(anchor))
      )
        dead.add(`${file}: ${href}`)
    }
  }
  assert.deepEqual([...dead], [])
})

void test('reports, changelogs, templates and decisions are neither pages nor in llms-full.txt', () => {
  const others = HTML.filter((file) =>
    /^(?:etc|packages|examples|benchmarks)\/|decisions\/|CHANGELOG|\.api\./.test(file),
  )
  assert.deepEqual(others, [])
  assert.doesNotMatch(readFileSync(join(BUILT, 'llms-full.txt'), 'utf8'), /^# \d+\. |^## API Report/m)
})

void test('no page of the docs is wider than a phone, and no table wider than its page', async () => {
  const page = await browser.newPage({ viewport: PHONE })
  page.setDefaultTimeout(LONGEST_MS)
  const wide = []
  for (const file of HTML.filter((name) => !name.startsWith('reference/api/'))) {
    await page.goto(`${origin}/${file.replace(/(?:index)?\.html$/, '')}`, { waitUntil: 'load' })
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    if (width > PHONE.width) wide.push(`${file}: ${width} px`)
    const tables = await page
      .locator('.vp-doc table')
      .evaluateAll((all) =>
        all
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
          .map(({ scrollWidth, textContent }) => `${scrollWidth} px, ${textContent.slice(0, 60)}`),
      )
    wide.push(...tables.map((table) => `${file}: a table has ${table}`))
  }
  assert.deepEqual(wide, [])
})

void test('on a phone, a row of options is a block whose cells have the names of their columns, and a table of figures stays one', async () => {
  const { page, errors } = await open('reference/packages/interceptor-retry', { viewport: PHONE })
  const cells = page.locator('h2#options ~ table').first().locator('tbody tr').first().locator('td[data-label]')
  assert.deepEqual(await cells.evaluateAll((all) => all.map((one) => one.dataset.label)), [
    'type:',
    'default:',
    'what it does:',
  ])
  assert.deepEqual(await violations(page), [])
  await page.goto(`${origin}/how-to/call-models`)
  assert.notEqual(await page.locator('.vp-doc td.narrow').count(), 0)
  assert.deepEqual(await violations(page), [])
  assert.deepEqual(errors, [])
})

void test('the core and the packages without Node run a pipeline in the browser', async () => {
  const contents = `
    import { Pipeline } from '@stageflow/core'
    const result = await new Pipeline('greeting')
      .withStage('name', async () => ({ name: 'Ada' }))
      .withStage('greet', ({ inputs }) => ({ text: 'Hello, ' + inputs.from('name').name }), { dependencies: ['name'] })
      .build()
      .run({})
    globalThis.answer = result.data.greet.text`
  const { page, errors } = await open('')
  await page.addScriptTag({ type: 'module', content: await bundled(contents) })
  await page.waitForFunction(() => globalThis.answer !== undefined)
  assert.equal(await page.evaluate(() => globalThis.answer), 'Hello, Ada')
  for (const name of ENTRIES_IN_BROWSERS)
    await page.addScriptTag({
      type: 'module',
      content: await bundled(`import * as entry from '@stageflow/${name}'; globalThis.entry = entry`),
    })
  assert.deepEqual(errors, [])
})

void test('useChat shows the turns of an agent with their calls, keeps the conversation, and stops the model when the reader leaves', async () => {
  const call = (id, name, city) => ({ id, name, arguments: JSON.stringify({ city }) })
  const chat = await startChatPage([
    { text: ['I ', 'look.'], toolCalls: [call('call_1', 'weather', 'Rome'), call('call_2', 'wether', 'Oslo')] },
    { text: ['4 degrees ', 'in Rome.'] },
    { text: ['You asked ', 'about Rome.'] },
    { text: ['Let me think '], fault: { kind: 'stall', afterChunks: 1 } },
  ])
  try {
    const page = await browser.newPage({ viewport: DESKTOP })
    page.setDefaultTimeout(LONGEST_MS)
    const errors = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.route(`${chat.origin}/`, (route) => route.fulfill({ contentType: 'text/html', body: chat.html }))
    await page.goto(`${chat.origin}/`)
    const ask = async (question) => {
      await page.getByLabel('Question').fill(question)
      await page.locator('button:enabled').click()
    }
    const answers = page.locator('.assistant')
    const partsOf = (answer) => answer.locator('p, code').allTextContents()

    await ask('Is it cold in Rome?')
    await page.getByText('4 degrees in Rome.').waitFor()
    assert.deepEqual(await partsOf(answers.first()), [
      'I look.',
      'wether {} → There is no tool "wether"; did you mean "weather"? The tools are weather.',
      'weather {"city":"Rome"} → {"degrees":4}',
      '4 degrees in Rome.',
    ])
    await ask('What did I ask?')
    await page.getByText('You asked about Rome.').waitFor()
    assert.deepEqual(await partsOf(answers.nth(1)), ['You asked about Rome.'])
    assert.deepEqual(
      chat.requests[2].body.messages.map(({ role }) => role),
      ['user', 'assistant', 'tool', 'tool', 'assistant', 'user'],
    )
    await ask('And now?')
    await page.getByText('Let me think').waitFor()
    await page.close()
    await chat.requests[3].closed
    assert.deepEqual(errors, [])
  } finally {
    chat.close()
  }
})

void test('a Mermaid diagram is drawn, in dark and light', async () => {
  const { page, errors } = await open('concepts/pipelines')
  await page.locator('.mermaid-diagram svg').first().waitFor()
  await page.locator('.VPSwitchAppearance').first().click()
  await page.locator('.mermaid-diagram svg').first().waitFor()
  assert.deepEqual(errors, [])
})

for (const path of PAGES) {
  for (const [name, options] of Object.entries(WINDOWS)) {
    void test(`/${path} has no violation that axe finds, and fits its window: ${name}`, async () => {
      const { page, errors } = await open(path, options)
      const picture = `${path.replaceAll('/', '-') || 'home'}-${name.replace(', ', '-')}.png`
      await page.screenshot({ path: join(SCREENSHOTS, picture) })
      assert.deepEqual(await violations(page), [])
      const { scroll, width } = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        width: window.innerWidth,
      }))
      assert.ok(scroll <= width, `The page is ${scroll} px wide in a window of ${width} px.`)
      assert.deepEqual(errors, [])
      await page.close()
    })
  }
}
