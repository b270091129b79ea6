import type { FromSimulationPanel } from '@axtary/protocol';

/** What a part of the simulation panel asks the extension for. */
export class SimulationEvent extends CustomEvent<FromSimulationPanel> {
  static readonly type = 'axtary-simulation';

  constructor(message: FromSimulationPanel) {
    super(SimulationEvent.type, { detail: message, bubbles: true, composed: true });
  }
}
