// What the operator can put right. Its message reads `what is wrong; what to do` and is all that is printed: no stack.

export class OperatorError extends Error {
  override name = 'OperatorError';
}
