import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import assert from 'node:assert/strict'

// The browser and the tools of the site's tests: no other command needs them, so they have a lockfile of their own.
const website = createRequire(join(import.meta.dirname, '../../../../website/package.json'))
const { default: chromium } = website('@sparticuz/chromium')
const { chromium: browsers } = website('playwright-core')
const AXE = readFileSync(website.resolve('axe-core'), 'utf8')
const SCREENSHOTS = join(import.meta.dirname, '../../screenshots')

const DESKTOP = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }
/** Each screen is looked at in these windows. */
export const WINDOWS = {
  'desktop-light': { viewport: DESKTOP, colorScheme: 'light' },
  'desktop-dark': { viewport: DESKTOP, colorScheme: 'dark' },
  'phone-light': { viewport: PHONE, colorScheme: 'light' },
  'phone-dark': { viewport: PHONE, colorScheme: 'dark' },
}
/** For a page that hangs: on a busy machine, any page may be slow. */
const LONGEST_MS = 120_000

export async function launchBrowser() {
  mkdirSync(SCREENSHOTS, { recursive: true })
  return browsers.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars'],
    timeout: LONGEST_MS,
  })
}

/** Opens a page in a window of its own, and collects its errors. */
export async function openPage(browser, url, options = WINDOWS['desktop-light']) {
  const context = await browser.newContext({ ...options, acceptDownloads: true })
  const page = await context.newPage()
  page.setDefaultTimeout(LONGEST_MS)
  const errors = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  await page.goto(url)
  return { page, errors }
}

/** Fails if axe finds a violation, or if the page is wider than its window. */
export async function checkScreen(page, name) {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: 'disabled' })
  await page.evaluate(AXE)
  const { violations } = await page.evaluate(() => globalThis.axe.run())
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join('\n')}`,
  )
  assert.deepEqual(found, [], name)
  const { scroll, width } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: globalThis.innerWidth,
  }))
  assert.ok(scroll <= width, `${name} is ${scroll} px wide in a window of ${width} px.`)
}
