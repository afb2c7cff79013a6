/** What a client throws if its service is down. By default it counts as a failure, because its status is transient. */
export const down = (message = 'down'): Error => Object.assign(new Error(message), { status: 503 })
