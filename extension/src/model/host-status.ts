/** What this window knows of the enforcement host. */
export type HostStatus =
  | { readonly kind: 'off'; readonly reason: 'untrusted' | 'no-folder' | 'stopped' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready'; readonly approver: string; readonly version: string }
  | { readonly kind: 'not-enrolled' }
  | { readonly kind: 'restarting'; readonly attempt: number }
  | { readonly kind: 'failed'; readonly message: string };
