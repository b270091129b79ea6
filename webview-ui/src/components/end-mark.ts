import { LitElement, css, html, type PropertyValues, type TemplateResult } from 'lit';

import type { Part } from '../model/answerable.js';

/** Says that the end of a part has been on screen. */
export class EndSeenEvent extends CustomEvent<{ readonly part: Part; readonly subject: string }> {
  static readonly type = 'axtary-end-seen';

  constructor(part: Part, subject: string) {
    super(EndSeenEvent.type, { detail: { part, subject }, bubbles: true, composed: true });
  }
}

/** Stands at the end of a part, and tells when the whole of it is on screen. */
export class EndMark extends LitElement {
  static override readonly properties = { of: {}, subject: {} };
  static override readonly styles = css`
    :host {
      display: block;
      text-align: center;
      color: var(--vscode-descriptionForeground);
      font-size: 0.9em;
      padding: 4px 0;
    }
  `;
  declare of: Part;
  /** What the part belongs to: with another subject its end is to be seen again. */
  declare subject: string;
  #observer: IntersectionObserver | undefined;

  protected override render(): TemplateResult {
    return html`<slot></slot>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('subject') || changed.has('of')) this.#observe();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer?.disconnect();
  }

  #observe(): void {
    this.#observer?.disconnect();
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        this.dispatchEvent(new EndSeenEvent(this.of, this.subject));
      },
      // Not 1: at fractions of a pixel the whole of it is never reported.
      { threshold: 0.9 },
    );
    observer.observe(this);
    this.#observer = observer;
  }
}

customElements.define('axtary-end-mark', EndMark);
