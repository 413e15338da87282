// How long the page waits for the server before it says something.

/** How long without a beat (one a second) until the connection counts as lost. */
export const LOST_MS = 2_400;
/** How long until the connection is made anew. */
export const RENEW_MS = 6_000;
/**
 * How long a page that nobody sees keeps its connection, when another one of this browser keeps watch.
 * Short: a browser opens six to one server, and with all six kept open nothing could be sent any more.
 */
export const REST_MS = 5_000;
