import type { AuthorityDialogs, News, Question } from '../../src/authority/dialogs.js';

interface Answers {
  readonly kind?: Awaited<ReturnType<AuthorityDialogs['chooseKind']>>;
  readonly value?: string;
  readonly outcome?: 'executed' | 'not_executed';
  readonly reason?: string;
  readonly isConfirmed?: boolean;
}

/** A person who answers as was agreed, and picks the first of what is offered. */
export class ScriptedDialogs implements AuthorityDialogs {
  answers: Answers = {};
  readonly offered: unknown[] = [];
  readonly questions: Question[] = [];
  readonly news: News[] = [];
  readonly copied: string[] = [];

  chooseKind: AuthorityDialogs['chooseKind'] = () => Promise.resolve(this.answers.kind);
  chooseOutcome: AuthorityDialogs['chooseOutcome'] = () => Promise.resolve(this.answers.outcome);
  askReason: AuthorityDialogs['askReason'] = () => Promise.resolve(this.answers.reason);
  chooseCall: AuthorityDialogs['chooseCall'] = (calls) => this.#first(calls);
  chooseRevocation: AuthorityDialogs['chooseRevocation'] = (revocations) =>
    this.#first(revocations);

  chooseValue: AuthorityDialogs['chooseValue'] = (_kind, candidates) => {
    this.offered.push(...candidates);
    return Promise.resolve(this.answers.value);
  };

  confirm(question: Question): Promise<boolean> {
    this.questions.push(question);
    return Promise.resolve(this.answers.isConfirmed ?? false);
  }

  tell(news: News): void {
    this.news.push(news);
  }

  copy(text: string): Promise<void> {
    this.copied.push(text);
    return Promise.resolve();
  }

  #first<Item>(items: readonly Item[]): Promise<Item | undefined> {
    this.offered.push(...items);
    return Promise.resolve(items[0]);
  }
}
