import type { ExportDialogs, ExportScope } from '../../src/ledger/export-questions.js';

export interface ExportAnswers {
  readonly scope?: ExportScope;
  readonly first?: number;
  readonly keptBack?: readonly string[];
  readonly opening?: 'none' | 'file';
  readonly file?: string;
  readonly disclosures?: string;
}

/** A person who answers as was agreed, and turns away where nothing was. */
export class ScriptedExportDialogs implements ExportDialogs {
  readonly asked: unknown[] = [];
  readonly #answers: ExportAnswers;

  constructor(answers: ExportAnswers) {
    this.#answers = answers;
  }

  chooseScope: ExportDialogs['chooseScope'] = (scopes, { hidesShown }) =>
    this.#answer([...scopes, ...(hidesShown ? ['hides shown'] : [])], this.#answers.scope);
  askFirst: ExportDialogs['askFirst'] = (size) => this.#answer(size, this.#answers.first);
  chooseKeptBack: ExportDialogs['chooseKeptBack'] = () =>
    this.#answer('kept back', this.#answers.keptBack);
  chooseOpening: ExportDialogs['chooseOpening'] = () =>
    this.#answer('opening', this.#answers.opening);
  chooseFile: ExportDialogs['chooseFile'] = (folder) => this.#answer(folder, this.#answers.file);
  chooseDisclosures: ExportDialogs['chooseDisclosures'] = (file) =>
    this.#answer(file, this.#answers.disclosures);

  #answer<T>(question: unknown, answer: T): Promise<T> {
    this.asked.push(question);
    return Promise.resolve(answer);
  }
}
