export function logError(error: unknown): void {
  // oxlint-disable-next-line no-restricted-globals -- an app without onError still has to see why it responds with 500
  console.error(error)
}
