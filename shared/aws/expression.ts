// DynamoDB's expressions, put together from clauses that carry their own values:
//
//   all(clause`#state = ${'queued'}`, clause`#due <= ${now}`)
//
// Every attribute's name is written `#name`, so that none of DynamoDB's 573 reserved words matters.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Value = string | number;

export type Clause = {
  /** Each `?` stands for one of the values, in order. */
  readonly text: string;
  readonly values: readonly Value[];
};

export function clause(texts: TemplateStringsArray, ...values: readonly Value[]): Clause {
  return { text: texts.join('?'), values };
}

export function all(...clauses: readonly Clause[]): Clause {
  return joined(clauses, ' AND ');
}

export function any(...clauses: readonly Clause[]): Clause {
  return joined(clauses, ' OR ');
}

/** An update: sets attributes, and removes those that are undefined. */
export function changes(attributes: Readonly<Record<string, Value | undefined>>): Clause {
  const entries = Object.entries(attributes);
  const set = entries.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
  const removed = entries.flatMap(([name, value]) => (value === undefined ? [`#${name}`] : []));
  const parts = [
    ...(set.length > 0 ? [`SET ${set.map(({ name }) => `#${name} = ?`).join(', ')}`] : []),
    ...(removed.length > 0 ? [`REMOVE ${removed.join(', ')}`] : []),
  ];
  return { text: parts.join(' '), values: set.map(({ value }) => value) };
}

/** Attributes by name, for a projection. */
export function attributes(...names: readonly string[]): Clause {
  return { text: names.map((name) => `#${name}`).join(', '), values: [] };
}

export type Expressions = Readonly<
  Partial<
    Record<
      | 'ConditionExpression'
      | 'FilterExpression'
      | 'KeyConditionExpression'
      | 'ProjectionExpression'
      | 'UpdateExpression',
      Clause | undefined
    >
  >
>;

/** The parameters of a request that has these expressions; undefined ones are left out. */
export function parameters(expressions: Expressions) {
  const texts: Record<string, string> = {};
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  for (const [parameter, expression] of Object.entries(expressions)) {
    if (expression === undefined) continue;
    let next = 0;
    texts[parameter] = expression.text.replaceAll('?', () => {
      const placeholder = `:${Object.keys(values).length}`;
      values[placeholder] = toAttributeValue(expression.values[next++] ?? '');
      return placeholder;
    });
    for (const [placeholder, name = ''] of expression.text.matchAll(/#(\w+)/g)) names[placeholder] = name;
  }
  return {
    ...texts,
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

export function toAttributeValue(value: Value): AttributeValue {
  return typeof value === 'number' ? { N: String(value) } : { S: value };
}

function joined(clauses: readonly Clause[], operator: string): Clause {
  return {
    text: clauses.map(({ text }) => `(${text})`).join(operator),
    values: clauses.flatMap(({ values }) => values),
  };
}
