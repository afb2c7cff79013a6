import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { after, afterEach, before, test } from 'node:test'
import assert from 'node:assert/strict'

import { durableLocal } from '@stageflow/durable-local'

import { checkScreen, launchBrowser, openPage, WINDOWS } from './browser.mjs'
import { chat, crawl, gateway, mail, mailOf, mountedPage, order, servedPage } from './page-runs.mjs'

// The page of the inspector in a real Chromium, with real runs: a part of `npm run docs:test`, whose browser it uses. Screenshots of every
// screen are in packages/inspector/screenshots.

let browser
const opened = []
const folder = mkdtempSync(join(tmpdir(), 'inspector-page-'))

before(async () => {
  browser = await launchBrowser()
})
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()))
  for (const one of opened.splice(0)) await one.close()
})
after(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true })
})

/** A served inspector, which the test closes. */
async function served(options) {
  const given = await servedPage(options)
  opened.push(given.page)
  return given
}

/** An inspector that an app has mounted. */
async function mounted(options) {
  const given = await mountedPage(options)
  opened.push(given)
  return given
}

function journalOf(name) {
  const journal = durableLocal({ path: join(folder, `${name}.db`) })
  opened.push(journal)
  return journal
}

/** The link to something that the page shows. The key stays in it. */
const at = (url, fields) => `${url}&${new URLSearchParams(fields).toString()}`
const box = (page, stage) => page.locator(`[data-stage="${stage}"]`)
const idOf = ({ report }) => report.pipelineRunId

void test('an app without a run shows the lines that bring one here, and the key leaves the address bar', async () => {
  const { url } = await served()
  const { page, errors } = await openPage(browser, url)
  await page.getByRole('heading', { name: 'No run yet' }).waitFor()
  assert.equal(new URL(page.url()).hash.includes('key'), false)
  await page.reload()
  await page.getByRole('heading', { name: 'No run yet' }).waitFor()
  assert.deepEqual(errors, [])
})

void test('without the key, the page says how to get in', async () => {
  const { url } = await served()
  const { page } = await openPage(browser, url.replace(/#.*/, ''))
  await page.getByRole('alert').filter({ hasText: 'Open the link' }).waitFor()
})

void test('a run in progress shows what it does now, its chunks, and its end', async () => {
  const { url, watched } = await served({ data: true })
  const answer = gateway()
  const { page, errors } = await openPage(browser, url)
  await page.getByRole('heading', { name: 'No run yet' }).waitFor()
  const running = chat(watched, { answer: () => answer.promise }).run()
  await page.getByText(/Now in llm for/).waitFor()
  await page.getByText('running, 4 of 7').waitFor()
  await box(page, 'llm').click()
  const panel = page.getByRole('complementary', { name: 'Stage llm' })
  await panel.getByText('A stage is one step of a pipeline.').waitFor()
  await panel.getByText('503: the model is busy').waitFor()

  answer.resolve()
  await running
  await page.locator('.head .status', { hasText: 'completed' }).waitFor()
  await panel.getByText('1,200 tokens in, 34 tokens out, $0.0042').waitFor()
  await panel.getByText('"text": "A stage is one step."').waitFor()
  await page.getByText('skipped: the session is new').waitFor()
  assert.deepEqual(errors, [])
})

void test('a failed run shows its error, which stage it is of, and what never ran', async () => {
  const { url, watched } = await served()
  await assert.rejects(chat(watched, { isFailing: true }).run())
  const { page, errors } = await openPage(browser, url)
  await page.locator('.head .box', { hasText: 'llm failed: 401: the key of the model has expired' }).waitFor()
  await page
    .getByRole('button', { name: /^persist, never ran/ })
    .first()
    .waitFor()
  await box(page, 'llm').click()
  await page.getByText("Data isn't shown.").waitFor()
  assert.deepEqual(errors, [])
})

void test('the keyboard leads through runs, stages and the critical path', async () => {
  const { url, watched } = await served()
  await mail(watched).run()
  const { report } = await chat(watched).run()
  const { page, errors } = await openPage(browser, url)
  const shown = () => new URLSearchParams(new URL(page.url()).hash.slice(2))
  const focused = (stage) => page.locator(`[data-stage="${stage}"]:focus`)
  await box(page, 'llm').waitFor()

  await page.keyboard.press('ArrowRight')
  await focused('input_guard').waitFor()
  await page.keyboard.press('ArrowRight')
  await focused('memory').waitFor()
  await page.keyboard.press('ArrowLeft')
  await focused('input_guard').waitFor()
  await page.keyboard.press('ArrowDown')
  await focused('profile').or(focused('library')).waitFor()
  await page.keyboard.press('Escape')
  assert.equal(shown().get('stage'), null)
  await page.keyboard.press('c')
  await focused('library').waitFor()

  await page.keyboard.press('j')
  await box(page, 'letters').waitFor()
  await page.keyboard.press('k')
  await box(page, 'llm').waitFor()
  assert.equal(shown().get('run'), report.pipelineRunId)

  await page.keyboard.press('/')
  await page.keyboard.type('jfn')
  await page.getByText('No run fits the filter.').waitFor()
  await page.getByRole('button', { name: 'Show all 2' }).click()
  await page.locator('.runs li').nth(1).waitFor()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'hidden' })
  assert.deepEqual(errors, [])
})

void test('the page follows the newest run once the shown one has ended, until the reader chooses another', async () => {
  const { url, watched } = await served()
  await mail(watched).run()
  const { page, errors } = await openPage(browser, url)
  const heading = (name) => page.getByRole('heading', { level: 1, name })
  await heading('mail').waitFor()
  const answer = gateway()
  const running = chat(watched, { answer: () => answer.promise }).run()
  await heading('chat').waitFor()
  await order(watched).run()
  await page.locator('.runs li').nth(2).waitFor()
  assert.equal(await heading('chat').isVisible(), true)
  answer.resolve()
  await running
  await heading('order').waitFor()

  await page.locator('.runs li', { hasText: 'mail' }).getByRole('link').click()
  await heading('mail').waitFor()
  await crawl(watched, 20).run()
  await page.locator('.runs li').nth(3).waitFor()
  assert.equal(await heading('mail').isVisible(), true)
  assert.deepEqual(errors, [])
})

void test('a child run is opened from its stage, and leads back to the run above it', async () => {
  const { url, watched } = await served()
  await mail(watched).run()
  const { page, errors } = await openPage(browser, url)
  await box(page, 'report').click()
  const panel = page.getByRole('complementary', { name: 'Stage report' })
  await panel.getByRole('listitem').getByRole('link', { name: 'report' }).click()
  await page.getByRole('heading', { level: 1, name: 'report' }).waitFor()
  await box(page, 'write').waitFor()
  await page.locator('.head').getByRole('link', { name: 'mail' }).click()
  await page.getByRole('heading', { level: 1, name: 'mail' }).waitFor()
  await panel.waitFor()
  assert.deepEqual(errors, [])
})

void test('a suspended run of the process shows its question, and the line that resumes it', async () => {
  const { url, watched } = await served({ data: true })
  await order(watched).run()
  const { page, errors } = await openPage(browser, url)
  await page.getByText('approve waits for an answer.').waitFor()
  await box(page, 'approve').click()
  await page.getByText('Pay 900 euros to Bob?').waitFor()
  await page.getByText('await resumeRun(graph, result, { approve: answer })').waitFor()
  assert.deepEqual(errors, [])
})

void test('a question of a journal is answered by a form, and its run goes on', async () => {
  const journal = journalOf('answered')
  const graph = order()
  await journal.run(graph, {}, { runId: 'order-7' })
  const { url } = await served({ journal, graphs: [graph], data: true, actions: true })
  const { page, errors } = await openPage(browser, at(url, { run: 'order-7', stage: 'approve' }))
  await page.getByText('Whether the money is paid out.').waitFor()
  await page.getByRole('button', { name: 'Answer' }).click()
  await page.getByRole('alert').filter({ hasText: 'Approved is missing.' }).waitFor()
  await page.getByLabel('Approved').selectOption('yes')
  await page.getByRole('button', { name: 'Answer' }).click()
  await page.getByRole('alert').waitFor({ state: 'hidden' })
  await journal.recover(graph)
  await page.locator('.head .status', { hasText: 'completed' }).waitFor()
  assert.deepEqual((await journal.get('order-7')).result.data.approve, { approved: { approved: true } })
  assert.deepEqual(errors, [])
})

void test('a run is cancelled, with the reason that the reader gives', async () => {
  const journal = journalOf('cancelled')
  const graph = order()
  await journal.run(graph, {}, { runId: 'order-8' })
  const { url } = await served({ journal, graphs: [graph], actions: true })
  const { page, errors } = await openPage(browser, at(url, { run: 'order-8' }))
  await page.getByRole('button', { name: 'Cancel the run' }).click()
  await page.getByRole('textbox', { name: 'Reason' }).fill('the customer left')
  await page.getByRole('button', { name: 'Cancel it now' }).click()
  await page.locator('.head .status', { hasText: 'cancelled' }).waitFor()
  await page.locator('.head .box', { hasText: 'the customer left' }).waitFor()
  assert.deepEqual(errors, [])
})

void test('a run of the process is cancelled while it runs', async () => {
  const { url, watched } = await served({ actions: true })
  const { page, errors } = await openPage(browser, url)
  const running = chat(watched, { answer: ({ signal }) => once(signal, 'abort') }).run()
  await page.getByText(/Now in llm for/).waitFor()
  await page.getByRole('button', { name: 'Cancel the run' }).click()
  await page.getByRole('button', { name: 'Cancel it now' }).click()
  await page.locator('.head .status', { hasText: 'cancelled' }).waitFor()
  assert.equal((await running).status, 'cancelled')
  assert.deepEqual(errors, [])
})

void test('mounted in an app, a failed run of a journal is retried by a reader with a token', async () => {
  const journal = journalOf('retried')
  const graph = mailOf('ada')
  await assert.rejects(journal.run(graph, {}, { runId: 'mail-1', token: 'ada' }))
  const { url } = await mounted({
    mount: '/admin/runs',
    journal,
    graphs: [graph],
    actions: true,
    authorize: () => ({ by: 'ada', may: ['read', 'retry'], token: 'ada' }),
  })
  const { page, errors } = await openPage(browser, `${url}#/run=mail-1`)
  await page.locator('.top', { hasText: 'ada' }).waitFor()
  await page.locator('.head .box', { hasText: 'the service is busy' }).waitFor()
  await page.getByRole('button', { name: 'Retry' }).click()
  await page.locator('.head .status', { hasText: 'completed' }).waitFor()
  assert.deepEqual((await journal.get('mail-1')).result.data.send, { sent: true })
  assert.deepEqual(errors, [])
})

void test('two runs of a pipeline are compared, and its stages have percentiles', async () => {
  const { url, watched } = await served()
  await chat(watched).run()
  await chat(watched).run()
  const { page, errors } = await openPage(browser, url)
  await page.getByLabel('Compare with another run').selectOption({ index: 1 })
  await page.getByRole('heading', { name: 'chat: two runs' }).waitFor()
  await page.getByRole('row', { name: /llm/ }).getByText('2 tries').first().waitFor()
  await page.getByRole('link', { name: 'back' }).click()
  await page.getByRole('link', { name: 'all runs of chat' }).click()
  await page.getByText(/^2 runs\. Half took up to/).waitFor()
  await page.getByRole('row', { name: /llm/ }).getByText('%').waitFor()
  await page.goBack()
  await box(page, 'llm').waitFor()
  assert.deepEqual(errors, [])
})

void test('a run is saved as one HTML file, which shows it without the app', async () => {
  const { page: look, url, watched } = await served({ data: true })
  await chat(watched).run()
  const { page } = await openPage(browser, url)
  await box(page, 'llm').waitFor()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as HTML' }).click(),
  ])
  const path = join(folder, download.suggestedFilename())
  await download.saveAs(path)
  await look.close()
  assert.match(path, /chat-[\w-]+\.html$/)
  assert.doesNotMatch(readFileSync(path, 'utf8'), /<script src|<link/)

  const { page: file, errors } = await openPage(browser, pathToFileURL(path).href)
  const requests = []
  file.on('request', (request) => requests.push(request.url()))
  await file.getByText('nothing is loaded from elsewhere').waitFor()
  await box(file, 'llm').click()
  await file.getByText('"text": "A stage is one step."').waitFor()
  await file.goBack()
  await file.getByRole('complementary').waitFor({ state: 'detached' })
  assert.deepEqual(requests, [])
  assert.deepEqual(errors, [])
})

void test('if the app ends, the page says so, its clock stops, and all that was seen stays', async () => {
  const { page: look, url, watched } = await served()
  const answer = gateway()
  const running = chat(watched, { answer: () => answer.promise }).run()
  const { page } = await openPage(browser, url)
  await page.getByText('running, 4 of 7').waitFor()
  await look.close()
  await page.getByRole('alert').filter({ hasText: 'The app has ended' }).waitFor()
  const clock = page.locator('.head .clock')
  const stopped = await clock.textContent()
  await page.waitForTimeout(400)
  assert.equal(await clock.textContent(), stopped)
  for (const [name, { viewport, colorScheme }] of Object.entries(WINDOWS)) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme })
    await checkScreen(page, `gone-${name}`)
  }
  // The button turns the last of them, which is dark, into light.
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const dark = await background()
  await page.getByRole('button', { name: 'Dark or light' }).click()
  assert.notEqual(await background(), dark)
  await box(page, 'memory').click()
  await page.getByRole('complementary', { name: 'Stage memory' }).waitFor()
  answer.resolve()
  await running
})

for (const count of [200, 1_000]) {
  void test(`a run of ${count} stages opens, is shown whole and scrolls without a blocked second`, async () => {
    const { url, watched } = await served()
    const end = gateway()
    const running = crawl(watched, count, (index) => (index === count - 40 ? end.promise : undefined)).run()
    const { page, errors } = await openPage(browser, url)
    await page.evaluate(() => {
      globalThis.blocked = []
      const observer = new PerformanceObserver((list) =>
        globalThis.blocked.push(...list.getEntries().map(({ duration }) => duration)),
      )
      observer.observe({ type: 'longtask', buffered: true })
    })
    await box(page, `stage_${count - 40}`).waitFor()
    await page.keyboard.press('f')
    await box(page, 'stage_0').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.locator('.timeline-rows').evaluate((rows) => rows.scrollTo(0, rows.scrollHeight))
    end.resolve()
    await running
    await page.locator('.head .status', { hasText: 'completed' }).waitFor()
    const longest = Math.max(0, ...(await page.evaluate(() => globalThis.blocked)))
    assert.ok(longest < 1_000, `The page was blocked for ${longest} ms.`)
    assert.deepEqual(errors, [])
  })
}

void test('no screen has a violation that axe finds, and each fits its window', async () => {
  const { url, watched } = await served({ data: true })
  const journal = journalOf('screens')
  const graph = order()
  await journal.run(graph, {}, { runId: 'order-9' })
  const ofJournal = await served({ journal, graphs: [graph], data: true, actions: true })
  const empty = await served()
  await journal.run(graph, {}, { runId: 'order-10' })
  await journal.resume(graph, 'order-10', { approve: { approved: true } })
  const ended = idOf(await chat(watched).run())
  const other = idOf(await chat(watched).run())
  const map = idOf(await mail(watched).run())
  const failed = idOf(
    await chat(watched, { isFailing: true })
      .run()
      .catch(({ result }) => result),
  )
  const asking = idOf(await order(watched).run())
  const large = idOf(await crawl(watched, 200).run())
  const end = gateway()
  const live = chat(watched, { answer: () => end.promise }).start()
  const screens = {
    empty: empty.url,
    live: at(url, { run: live.pipelineRunId, stage: 'llm' }),
    completed: at(url, { run: ended }),
    stage: at(url, { run: ended, stage: 'llm' }),
    failed: at(url, { run: failed, stage: 'llm' }),
    map: at(url, { run: map, stage: 'letters' }),
    suspended: at(url, { run: asking, stage: 'approve' }),
    answer: at(ofJournal.url, { run: 'order-9', stage: 'approve' }),
    resumed: at(ofJournal.url, { run: 'order-10', stage: 'approve' }),
    large: at(url, { run: large }),
    compare: at(url, { run: ended, with: other }),
    percentiles: at(url, { pipeline: 'chat' }),
    unknown: at(url, { run: 'nothing' }),
  }
  for (const [windowName, options] of Object.entries(WINDOWS)) {
    for (const [name, link] of Object.entries(screens)) {
      const { page, errors } = await openPage(browser, link, options)
      await page.locator('.link-live').waitFor()
      await page.locator('main h1, .empty').first().waitFor()
      await checkScreen(page, `${name}-${windowName}`)
      const axes = await page.locator('.timeline:visible .axis').all()
      for (const axis of axes) assert.ok((await axis.locator('span').count()) >= 2, `${name}: the axis has two times`)
      assert.deepEqual(errors, [], name)
      await page.context().close()
    }
  }
  end.resolve()
  await live.result
})
