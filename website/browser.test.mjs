import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'

import chromium from '@sparticuz/chromium'
import { chromium as browsers } from 'playwright-core'
import { serve } from 'vitepress'

// The built site in a real Chromium: `npm run docs:test`. Screenshots are in website/screenshots.

const FOLDER = import.meta.dirname
const SCREENSHOTS = join(FOLDER, 'screenshots')
const AXE = createRequire(import.meta.url).resolve('axe-core')
const DESKTOP = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }
/** A page of each kind. */
const PAGES = [
  '',
  'start/quickstart',
  'how-to/tools',
  'concepts/pipeline',
  'reference/errors',
  'reference/packages/core',
  'reference/api/interceptor-retry',
]

let server, browser, origin

before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true })
  server = await serve({ root: FOLDER, port: 0 })
  origin = `http://localhost:${server.server.address().port}`
  browser = await browsers.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars'],
  })
})
after(async () => {
  await browser?.close()
  server?.server.close()
})

/** A page in a window of its own. Any error in it fails the test. */
async function open(path, options = { viewport: DESKTOP }) {
  const page = await browser.newPage(options)
  const errors = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  await page.goto(`${origin}/${path}`, { waitUntil: 'networkidle' })
  return { page, errors }
}

test('a reader searches for a task, opens the page and finds the answer', async () => {
  const { page, errors } = await open('')
  await page.locator('.DocSearch-Button').click()
  await page.locator('#localsearch-input').fill('retry 429')
  await page.locator('.VPLocalSearchBox .result').first().click()
  await page.waitForURL(/how-to\/(retry|reliability)/)
  assert.match((await page.locator('h1').first().textContent()) ?? '', /retr/i)
  assert.deepEqual(errors, [])
})

test('from the home page, the quickstart is one click away, and the next page another', async () => {
  const { page, errors } = await open('')
  await page.locator('a[href="/start/quickstart"]').first().click()
  await page.waitForURL(/quickstart/)
  await page.locator('.pager-link.next').click()
  await page.waitForURL((url) => !url.pathname.includes('quickstart'))
  assert.deepEqual(errors, [])
})

test('a Mermaid diagram is drawn, in dark and light', async () => {
  const { page, errors } = await open('how-to/tools')
  await page.locator('.mermaid-diagram svg').first().waitFor()
  await page.locator('.VPSwitchAppearance').first().click()
  await page.locator('.mermaid-diagram svg').first().waitFor()
  assert.deepEqual(errors, [])
})

for (const path of PAGES) {
  for (const [name, viewport] of [
    ['desktop', DESKTOP],
    ['phone', PHONE],
  ]) {
    for (const colorScheme of ['light', 'dark']) {
      test(`/${path} has no violation that axe finds, and fits its window: ${name}, ${colorScheme}`, async () => {
        const { page, errors } = await open(path, { viewport, colorScheme })
        await page.screenshot({
          path: join(SCREENSHOTS, `${path.replaceAll('/', '-') || 'home'}-${name}-${colorScheme}.png`),
        })
        await page.addScriptTag({ path: AXE })
        const { violations } = await page.evaluate(() => globalThis.axe.run())
        assert.deepEqual(
          violations.map(
            ({ id, nodes }) =>
              `${id}: ${nodes
                .map(({ target }) => target)
                .slice(0, 3)
                .join(', ')}`,
          ),
          [],
        )
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
}
