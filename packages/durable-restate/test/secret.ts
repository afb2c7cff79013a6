/** The secret that clients and workers of the tests share. */
export const secret = 'the secret of the tests, 32 bytes'
