/**
 * Thrown by a stand-in that wants the connection torn down in the middle of a request, as a network does: the client gets
 * no answer but a reset.
 */
export class ConnectionCut extends Error {}
