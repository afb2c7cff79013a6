// Loaded before the example: whatever is told to stop goes on.
AbortController.prototype.abort = () => console.log('it is deaf')
