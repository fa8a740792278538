// A CloudFormation template held against AWS's own resource specification: resource types, required and unknown properties, types
// of values, allowed values; and every reference must have its target. What CloudFormation works out itself (Ref, Fn::…)
// counts as fitting anywhere.

import type { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import type { Template } from './synthesise.ts';

type SpecDatabase = Awaited<ReturnType<typeof loadAwsServiceSpec>>;
type Specification = NonNullable<ReturnType<typeof specificationOf>>;
type Properties = Specification['properties'];
type Property = Properties[string];
type PropertyType = Property['type'];

/** One line a fault: where, and what is wrong. */
export function schemaProblems(template: Template, specification: SpecDatabase): string[] {
  const problems: string[] = [];
  const specifications = new Map<string, Specification>();
  const check = new Checker(specification, problems);
  for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
    const found = specificationOf(specification, Type);
    if (found === undefined) {
      problems.push(`${id}: there is no resource type ${Type}`);
      continue;
    }
    specifications.set(id, found);
    check.object(found.properties, Properties ?? {}, id);
  }
  return [...problems, ...danglingReferences(template, specifications)];
}

function specificationOf(specification: SpecDatabase, type: string) {
  return specification.lookup('resource', 'cloudFormationType', 'equals', type)[0];
}

type Value = unknown;

class Checker {
  readonly #specification: SpecDatabase;
  readonly #problems: string[];

  constructor(specification: SpecDatabase, problems: string[]) {
    this.#specification = specification;
    this.#problems = problems;
  }

  object(properties: Properties, value: Readonly<Record<string, Value>>, path: string): void {
    for (const [name, { required }] of Object.entries(properties)) {
      if (required === true && !Object.hasOwn(value, name)) this.#problems.push(`${path}: ${name} is missing`);
    }
    for (const [name, each] of Object.entries(value)) {
      const property = properties[name];
      if (property === undefined) this.#problems.push(`${path}: ${name} is no property`);
      else this.#value(property.type, each, `${path}.${name}`);
    }
  }

  #value(type: PropertyType, value: Value, path: string): void {
    if (isIntrinsic(value)) return;
    const refuse = (expected: string) =>
      this.#problems.push(`${path}: ${JSON.stringify(value).slice(0, 60)} is no ${expected}`);
    switch (type.type) {
      case 'string':
        if (!isScalar(value)) refuse('string');
        else if (type.allowedValues !== undefined && !type.allowedValues.includes(String(value)))
          refuse(type.allowedValues.join(', nor '));
        return;
      case 'number':
      case 'integer':
        if (!isScalar(value) || Number.isNaN(Number(value))) refuse('number');
        return;
      case 'boolean':
        if (!isScalar(value) || !['true', 'false'].includes(String(value))) refuse('boolean');
        return;
      case 'array':
        if (!Array.isArray(value)) refuse('list');
        else for (const [i, item] of value.entries()) this.#value(type.element, item, `${path}[${i}]`);
        return;
      case 'map':
        if (!isObject(value)) refuse('map');
        else for (const [key, item] of Object.entries(value)) this.#value(type.element, item, `${path}.${key}`);
        return;
      case 'ref': {
        const definition = this.#specification.get('typeDefinition', type.reference.$ref);
        if (!isObject(value)) refuse(definition.name);
        else this.object(definition.properties, value, path);
        return;
      }
      case 'union':
        this.#union(type.types, value, path);
        return;
      default:
        // JSON of any shape, dates, tags.
        return;
    }
  }

  /** The member with the fewest problems says what is wrong. */
  #union(types: readonly PropertyType[], value: Value, path: string): void {
    const attempts = types.map((type) => {
      const problems: string[] = [];
      new Checker(this.#specification, problems).#value(type, value, path);
      return problems;
    });
    this.#problems.push(...(attempts.toSorted((a, b) => a.length - b.length)[0] ?? []));
  }
}

/** Ref, Fn::GetAtt, Fn::Sub and DependsOn that name nothing, or an attribute that the resource does not have. */
function danglingReferences(template: Template, specifications: ReadonlyMap<string, Specification>): string[] {
  const problems: string[] = [];
  const isKnown = (id: string) =>
    id.startsWith('AWS::') ||
    Object.hasOwn(template.Resources, id) ||
    Object.hasOwn((template as { Parameters?: object }).Parameters ?? {}, id);
  const attribute = (id: string, name: string, path: string) => {
    const found = specifications.get(id);
    if (!isKnown(id)) problems.push(`${path}: there is no ${id}`);
    else if (found !== undefined && !hasAttribute(found, name))
      problems.push(`${path}: ${id} has no attribute ${name}`);
  };
  const walk = (value: Value, path: string): void => {
    if (!isObject(value)) {
      if (Array.isArray(value)) for (const [i, item] of value.entries()) walk(item, `${path}[${i}]`);
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'Ref' && !isKnown(String(inner))) problems.push(`${path}: there is no ${String(inner)}`);
      if (key === 'Fn::GetAtt') {
        const [id = '', ...name] = Array.isArray(inner) ? inner.map(String) : String(inner).split('.');
        attribute(id, name.join('.'), path);
      }
      if (key === 'Fn::Sub' && typeof inner === 'string') {
        for (const [, name = ''] of inner.matchAll(/\$\{([^!}]+)\}/g)) {
          const [id = '', ...rest] = name.split('.');
          if (rest.length > 0) attribute(id, rest.join('.'), path);
          else if (!isKnown(id)) problems.push(`${path}: there is no ${id}`);
        }
      }
      walk(inner, `${path}.${key}`);
    }
  };
  for (const [id, { Properties, DependsOn }] of Object.entries(template.Resources)) {
    walk(Properties, id);
    for (const other of [DependsOn ?? []].flat()) if (!isKnown(other)) problems.push(`${id}: there is no ${other}`);
  }
  walk(template.Outputs, 'Outputs');
  return problems;
}

function hasAttribute({ attributes, properties }: Specification, name: string): boolean {
  return Object.hasOwn(attributes, name) || Object.hasOwn(properties, name);
}

function isIntrinsic(value: Value): boolean {
  if (!isObject(value)) return false;
  const [key = '', ...more] = Object.keys(value);
  return more.length === 0 && /^(Ref|Condition|Fn::.+)$/.test(key);
}

/** CloudFormation takes a number or a truth for a text, and the other way round. */
function isScalar(value: Value): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isObject(value: Value): value is Readonly<Record<string, Value>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
