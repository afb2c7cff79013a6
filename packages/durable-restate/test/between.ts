import { onTestFinished, vi } from 'vitest'

/** A request to Restate: its method, its address and its body, with a space between each. */
export type RequestMatch = (request: string) => boolean

/** Carries `act` out once: before the first request that matches is sent, or after it was answered. */
export function once(when: 'before' | 'after', isWanted: RequestMatch, act: () => Promise<unknown>): void {
  const real = globalThis.fetch
  let isOver = false
  const mocked = vi.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
    const isNow = !isOver && isWanted(`${init?.method} ${url as string} ${init?.body as string}`)
    if (isNow) isOver = true
    if (isNow && when === 'before') await act()
    const response = await real(url, init)
    if (!isNow || when === 'before') return response
    const text = await response.text()
    await act()
    return new Response(text, { status: response.status })
  })
  onTestFinished(() => mocked.mockRestore())
}

export const isAttach: RequestMatch = (request) => /^GET \S+\/attach /.test(request)
