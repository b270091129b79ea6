/**
 * Height of an element that every browser can lay out, also where the page is zoomed: the limit is
 * 2^25 device pixels in Chromium, and half of it elsewhere.
 */
const MAX_HEIGHT = 8_000_000;

/**
 * Maps a scroller of bounded height to a list of any length. Small movements move the list by as
 * many pixels as the scroller; a leap, as by the scroll bar's thumb, goes in proportion. Lengths
 * are in CSS pixels.
 */
export class ScrollMap {
  readonly rowHeight: number;
  #rows = 0;
  #view = 0;
  #top = 0;
  #scrollTop = 0;

  constructor(rowHeight: number) {
    this.rowHeight = rowHeight;
  }

  /** Of the list's first visible pixel. */
  get top(): number {
    return this.#top;
  }

  /** Height of what is in the scroller. */
  get height(): number {
    return Math.min(this.#rows * this.rowHeight, MAX_HEIGHT);
  }

  /** Where the scroller is to stand for `top`. */
  get scrollTop(): number {
    const { isExact, maxTop } = this;
    if (isExact || maxTop === 0) return this.#top;
    return (this.#top / maxTop) * this.#maxScrollTop;
  }

  /** The scroller stands where its height leaves too little room to go on by small movements. */
  get isAtEdge(): boolean {
    const { isExact, maxTop } = this;
    if (isExact) return false;
    const isUp = this.#scrollTop < this.#view && this.#top > this.#view * 4;
    const isDown =
      this.#maxScrollTop - this.#scrollTop < this.#view && maxTop - this.#top > this.#view * 4;
    return isUp || isDown;
  }

  get isExact(): boolean {
    return this.#rows * this.rowHeight <= MAX_HEIGHT;
  }

  get maxTop(): number {
    return Math.max(0, this.#rows * this.rowHeight - this.#view);
  }

  get pageRows(): number {
    return Math.max(1, Math.floor(this.#view / this.rowHeight) - 1);
  }

  /** Rows that are in view: from `first`, before `end`. */
  get visible(): { readonly first: number; readonly end: number } {
    const first = Math.floor(this.#top / this.rowHeight);
    const end = Math.min(this.#rows, Math.ceil((this.#top + this.#view) / this.rowHeight));
    return { first, end };
  }

  /** The list has another length, or the scroller another height. What is in view stays. */
  resize(rows: number, view: number): void {
    this.#rows = rows;
    this.#view = view;
    this.#top = Math.min(this.#top, this.maxTop);
  }

  /** The scroller has been moved. */
  moved(scrollTop: number): void {
    const delta = scrollTop - this.#scrollTop;
    this.#scrollTop = scrollTop;
    if (this.isExact) this.#top = clamp(scrollTop, this.maxTop);
    else if (Math.abs(delta) <= this.#view * 2) this.#top = clamp(this.#top + delta, this.maxTop);
    else this.#top = clamp((scrollTop / this.#maxScrollTop) * this.maxTop, this.maxTop);
  }

  /** Goes to a place of the list. The scroller is to follow, and `settled` to be told. */
  goTo(top: number): void {
    this.#top = clamp(top, this.maxTop);
  }

  /** The scroller has been put where `scrollTop` said; browsers round it. */
  settled(scrollTop: number): void {
    this.#scrollTop = scrollTop;
  }

  /** The least movement that shows a row whole. */
  reveal(row: number): void {
    const begin = row * this.rowHeight;
    const end = begin + this.rowHeight;
    if (begin < this.#top) this.goTo(begin);
    else if (end > this.#top + this.#view) this.goTo(end - this.#view);
  }

  get #maxScrollTop(): number {
    return Math.max(1, this.height - this.#view);
  }
}

function clamp(value: number, max: number): number {
  return Math.min(Math.max(0, value), max);
}
