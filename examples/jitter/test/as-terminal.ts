// Loaded before the example: its standard output says that it is a terminal, whatever makes terminals on this system.
const { COLUMNS, LINES } = process.env
Object.assign(process.stdout, { isTTY: true, columns: Number(COLUMNS ?? 100), rows: Number(LINES ?? 30) })
