import { visibleText } from '@axtary/protocol';

/** Text that an agent may have written, safe to read on one line. */
export const visible = visibleText;
