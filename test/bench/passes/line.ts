import type { Candidate } from '../interleave.js';

/** What is measured, and what it is compared with. */
export interface Line {
  readonly what: string;
  readonly candidate: Candidate;
  /** `cpu`, or `wall` where a disk takes part. */
  readonly clock: 'cpu' | 'wall';
  readonly beside: readonly Beside[];
  /** At most this many times the first of `beside`. */
  readonly goal?: number;
}

export interface Beside {
  readonly name: string;
  readonly candidate: Candidate;
  /** How many of it make up the same work; default 1. */
  readonly times?: number;
}

export interface Contest {
  readonly lines: readonly Line[];
  readonly close?: () => Promise<void>;
}
