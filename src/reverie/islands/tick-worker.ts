// The worker behind ticker.ts: it says what time it is, four times a second.
setInterval(() => postMessage(performance.now()), 250);
