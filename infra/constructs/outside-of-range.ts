/**
 * The fewest IPv4 ranges that together are everything but the given one. A security group can only allow, so "the internet, but
 * nothing of our own network" has to be written as what is left: a /16 leaves sixteen ranges.
 * @param cidr Such as `10.64.0.0/16`.
 */
export function rangesOutside(cidr: string): string[] {
  const [address = '', length = ''] = cidr.split('/');
  const bits = address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);
  // Of every block that holds the range, from the largest, the half that does not.
  return Array.from({ length: Number(length) }, (_, index) => {
    const size = 2 ** (31 - index);
    const half = Math.floor(bits / size);
    return `${dotted((half % 2 === 0 ? half + 1 : half - 1) * size)}/${index + 1}`;
  });
}

function dotted(bits: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.');
}
