/** Why the browser would not send this input, as we would say it. */
export function whyInvalid(input: HTMLInputElement): string {
  const { type, validity, minLength, min, max } = input;
  if (validity.badInput) return type === 'date' ? 'This is not a day.' : 'This is not a number.';
  if (validity.valueMissing) return 'This is needed.';
  if (validity.typeMismatch && type === 'email') return 'This is not an e-mail address.';
  if (validity.tooShort) return `At least ${minLength} characters are needed.`;
  if (validity.rangeUnderflow) return type === 'date' ? `Not before ${min}.` : `${min} at least.`;
  if (validity.rangeOverflow) return type === 'date' ? `Not after ${max}.` : `${max} at most.`;
  return input.validationMessage;
}
