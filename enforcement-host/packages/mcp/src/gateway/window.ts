/** Whose requests belong together: nobody else can use a session that was opened by them. */
export interface Window {
  readonly id: string;
  /** Thumbprint of the key that the client proves with every request (RFC 9449), if it does. */
  readonly jkt?: string;
}
