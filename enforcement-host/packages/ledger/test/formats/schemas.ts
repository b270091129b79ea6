// The parts of the published schemas that our events use, as JSON Schema: what is required, the
// types, and the enumerations. OCSF 1.8 (API Activity and the objects in it), Elastic Common Schema 8
// (field types), OTLP logs (the JSON form of its protocol buffers).

const text = { type: 'string' };
const whole = { type: 'integer' };

function object(required: readonly string[], properties: object): object {
  return { type: 'object', additionalProperties: false, required, properties };
}

const named = object(['name'], { name: text });

export const OCSF_API_ACTIVITY = object(
  [
    ...['activity_id', 'actor', 'api', 'category_uid', 'class_uid', 'metadata', 'severity_id'],
    ...['src_endpoint', 'time', 'type_uid'],
  ],
  {
    activity_id: { enum: [0, 1, 2, 3, 4, 99] },
    activity_name: text,
    category_uid: { const: 6 },
    category_name: text,
    class_uid: { const: 6003 },
    class_name: text,
    type_uid: { const: 600399 },
    severity_id: { enum: [0, 1, 2, 3, 4, 5, 6, 99] },
    severity: text,
    status_id: { enum: [0, 1, 2, 99] },
    status: text,
    time: whole,
    message: text,
    action_id: { enum: [0, 1, 2, 3, 4] },
    action: text,
    disposition_id: { type: 'integer', minimum: 0, maximum: 28 },
    disposition: text,
    actor: object([], {
      app_name: text,
      user: named,
      authorizations: {
        type: 'array',
        items: object([], { decision: text, policy: object([], { uid: text, name: text }) }),
      },
    }),
    api: object(['operation'], {
      operation: text,
      service: named,
      request: object(['uid'], { uid: text }),
      response: object([], { error: text, error_message: text }),
    }),
    src_endpoint: object([], { name: text, svc_name: text }),
    resources: { type: 'array', items: object([], { uid: text, type: text }) },
    trace: object(['uid'], { uid: text }),
    metadata: object(['product', 'version'], {
      version: { const: '1.8.0' },
      product: object([], { name: text, vendor_name: text, version: text }),
      uid: text,
      log_name: text,
      log_provider: text,
      sequence: whole,
      correlation_uid: text,
      original_time: text,
      profiles: { type: 'array', items: { enum: ['security_control', 'trace'] } },
    }),
    unmapped: { type: 'object' },
  },
);

const EVENT_CATEGORIES = ['api', 'authentication', 'configuration', 'iam', 'process', 'session'];
const EVENT_TYPES = ['allowed', 'change', 'denied', 'end', 'error', 'info', 'start'];

export const ECS_DOCUMENT = object(['@timestamp', 'ecs', 'event', 'message'], {
  '@timestamp': { type: 'string', format: 'date-time' },
  message: text,
  ecs: object(['version'], { version: text }),
  event: object(['kind', 'category', 'type', 'outcome'], {
    kind: { enum: ['alert', 'event', 'metric', 'state', 'signal'] },
    category: { type: 'array', items: { enum: EVENT_CATEGORIES } },
    type: { type: 'array', items: { enum: EVENT_TYPES } },
    action: text,
    outcome: { enum: ['failure', 'success', 'unknown'] },
    id: text,
    sequence: whole,
    provider: text,
    dataset: text,
    module: text,
  }),
  observer: object([], { vendor: text, product: text, version: text }),
  user: named,
  service: named,
  rule: object([], { name: text, ruleset: text }),
  trace: object(['id'], { id: text }),
  span: object(['id'], { id: text }),
  organization: object(['id'], { id: text }),
  axtary: { type: 'object' },
});

const attributes = {
  type: 'array',
  items: object(['key', 'value'], {
    key: text,
    value: {
      oneOf: [
        object(['stringValue'], { stringValue: text }),
        object(['intValue'], { intValue: { type: 'string', pattern: '^-?[0-9]+$' } }),
      ],
    },
  }),
};
const nanos = { type: 'string', pattern: '^[0-9]+$' };

export const OTLP_LOGS = object(['resourceLogs'], {
  resourceLogs: {
    type: 'array',
    items: object(['resource', 'scopeLogs'], {
      resource: object(['attributes'], { attributes }),
      schemaUrl: text,
      scopeLogs: {
        type: 'array',
        items: object(['scope', 'logRecords'], {
          scope: object(['name'], { name: text, version: text }),
          schemaUrl: text,
          logRecords: {
            type: 'array',
            items: object(['timeUnixNano'], {
              timeUnixNano: nanos,
              observedTimeUnixNano: nanos,
              severityNumber: { type: 'integer', minimum: 1, maximum: 24 },
              severityText: text,
              eventName: text,
              body: object(['stringValue'], { stringValue: text }),
              attributes,
              traceId: { type: 'string', pattern: '^[0-9a-f]{32}$' },
              spanId: { type: 'string', pattern: '^[0-9a-f]{16}$' },
            }),
          },
        }),
      },
    }),
  },
});
