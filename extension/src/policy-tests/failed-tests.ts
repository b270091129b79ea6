import type { PolicyTestResult } from '@axtary/protocol';
import * as vscode from 'vscode';

import { rangeOf } from '../language/convert.js';

/** A test that failed in its last run, and the rules that decided it. */
export interface FailedTest {
  readonly name: string;
  readonly message: string;
  readonly rules: readonly string[];
  readonly location: vscode.Location;
}

/** What the last run of each file of tests left failed. */
export class FailedTests implements vscode.Disposable {
  readonly #byFile = new Map<string, { readonly folder: string; readonly tests: FailedTest[] }>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;

  of(folder: string): readonly FailedTest[] {
    return [...this.#byFile.values()].flatMap((file) => (file.folder === folder ? file.tests : []));
  }

  /** Takes in results of a file's tests: they replace those of the same names. */
  add(folder: string, file: vscode.Uri, results: readonly PolicyTestResult[]): void {
    const names = new Set(results.map(({ name }) => name));
    const earlier = this.#byFile.get(file.toString())?.tests ?? [];
    const failed = results.filter(({ isPassed }) => !isPassed);
    const tests = [
      ...earlier.filter(({ name }) => !names.has(name)),
      ...failed.map(({ name, message, rules, range }) => ({
        name,
        message,
        rules,
        location: new vscode.Location(file, rangeOf(range)),
      })),
    ];
    this.#byFile.set(file.toString(), { folder, tests });
    this.#changed.fire();
  }

  /** Forgets a file that is gone, or whose tests are others now. */
  forget(file: vscode.Uri): void {
    if (this.#byFile.delete(file.toString())) this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
