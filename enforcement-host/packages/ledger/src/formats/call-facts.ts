/** What all records of one call share, as its decision says. */
export interface CallFacts {
  readonly decisionId?: string;
  readonly intentId?: string;
  readonly actionId?: string;
  readonly agent?: string;
  readonly human?: string;
  readonly tenant?: string;
  readonly runtime?: string;
  readonly task?: string;
  readonly tool?: string;
  readonly resource?: string;
  readonly server?: string;
  readonly protocolVersion?: string;
  readonly rules?: readonly string[];
  readonly policyHash?: string;
  readonly payloadHash?: string;
  readonly traceId?: string;
  readonly spanId?: string;
}
