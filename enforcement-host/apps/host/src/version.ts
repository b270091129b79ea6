/** Version of this enforcement host; the bundler puts the manifest's in. */
declare const AXTARY_VERSION: string | undefined;

export const VERSION = typeof AXTARY_VERSION === 'string' ? AXTARY_VERSION : '0.0.0-source';
